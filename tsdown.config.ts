import { existsSync } from 'node:fs'
import { transformSync } from 'esbuild'
import { defineConfig } from 'tsdown'
import type { Rolldown, UserConfig } from 'tsdown'

/** What `dist` holds, by the name of the file there. The same list stands in `package.json#exports`, for people and for Node. */
const entries = present({
  'unplugin': 'src/plugin/index.ts',
  'vite': 'src/plugin/vite.ts',
  'rollup': 'src/plugin/rollup.ts',
  'rolldown': 'src/plugin/rolldown.ts',
  'webpack': 'src/plugin/webpack.ts',
  'rspack': 'src/plugin/rspack.ts',
  'esbuild': 'src/plugin/esbuild.ts',
  'farm': 'src/plugin/farm.ts',
  'bun': 'src/plugin/bun.ts',
  'loader': 'src/plugin/loader.ts',
  'cli': 'src/cli/index.ts',
  'cli-observe': 'src/cli/observe.ts',
})

/** What runs in the user's program, in as few files as can be: each costs time at its start. */
const running = { index: 'src/index.ts', runtime: 'src/runtime/index.ts' }
/** The compiler as `register` loads it, in the middle of a synchronous hook. */
const compiling = { 'register-compile': 'src/register/compile.ts' }
const browser = { 'browser': 'src/browser.ts', 'runtime-browser': 'src/runtime/browser.ts' }

/** Each a file of its own: every start of a script loads them. The second runs on the thread that `module.register` starts. */
const hooks: Record<string, string>[] = [{ register: 'src/register/index.ts' }, { 'register-thread': 'src/register/thread.ts' }]

/**
 * Importing or requiring a built-in module makes Node read all its properties, lazy ones too: importing `fs` loads its streams,
 * importing `process` opens the standard ones, twenty milliseconds at each start of a script. Asked for directly they cost nothing,
 * but for those that are slow to load themselves: these are asked for when one of their functions is first called.
 */
const takeBuiltinsDirectly: Rolldown.Plugin = {
  name: 'take-builtins-directly',
  renderChunk: (code) => code
    .replaceAll(/^import \{([^}]+)\} ?from "node:(crypto|zlib)";$/gm, (_, names: string, id: string) =>
      [`let ${id}$;`, ...names.split(',').map((name) => name.trim().split(' as ')).map(([name, local = name]) => `const ${local} = ${firstCalled(id, name!)};`)].join(' '))
    .replaceAll(/^let ([\w$]+) = require\("node:(crypto|zlib)"\);$(?!\n\1 = )/gm, (_, whole: string, id: string) => {
      const names = new Set(Array.from(code.matchAll(new RegExp(`\\b${whole}\\.(\\w+)`, 'g')), ([, name]) => name!))
      return `let ${id}$; const ${whole} = { ${Array.from(names, (name) => `${name}: ${firstCalled(id, name)}`).join(', ')} };`
    })
    .replaceAll(
      /^import (?:(?:\* as )?([\w$]+)(?:, )?)?(\{[^}]+\})? ?from "node:([\w/]+)";$/gm,
      (_, whole: string | undefined, names: string | undefined, id: string) =>
        [whole && `const ${whole} = ${builtin(id)};`, names && `const ${names.replaceAll(' as ', ': ')} = ${builtin(id)};`].filter(Boolean).join(' '),
    )
    .replaceAll(
      /^let ([\w$]+) = require\("node:([\w/]+)"\);(\n\1 = [\w$.]*__toESM\(\1, 1\);)?$/gm,
      (_, name: string, id: string, hasDefault: string | undefined) =>
        `const ${name} = ${hasDefault ? `Object.create(${builtin(id)}, { default: { value: ${builtin(id)} } })` : builtin(id)};`,
    ),
}

function firstCalled(id: string, name: string): string {
  return `(...given) => (${id}$ ??= ${builtin(id)}).${name}(...given)`
}

function builtin(id: string): string {
  return id === 'process' ? 'globalThis.process' : `globalThis.process.getBuiltinModule("node:${id}")`
}

/**
 * Comments, indentation and characters beyond ASCII are left out of what each start of a program reads: with them it is half as long
 * again, and a single character beyond Latin-1 doubles the memory of the whole text. Names stay, for stack traces.
 */
const keepShort: Rolldown.Plugin = {
  name: 'keep-short',
  generateBundle: (_options, bundle) => {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== 'chunk' || !/\.c?js$/.test(chunk.fileName)) continue
      const { code, restore } = setAside(chunk.code)
      chunk.code = restore(transformSync(code, { minifyWhitespace: true, lineLimit: 160, charset: 'ascii', legalComments: 'none', target: 'node20.19' }).code)
    }
  },
}

/** Comments in `import(…)` are for bundlers, which would look for the module or warn. */
function setAside(text: string): { code: string; restore(short: string): string } {
  const comments: string[] = []
  return {
    code: text.replaceAll(/\bimport\(((?:\s*\/\*[^*]*\*\/)+)/g, (_, comment: string) => `import(SET_ASIDE[${comments.push(comment.trim().replaceAll(/\s+/g, ' ')) - 1}], `),
    restore: (short) => short.replaceAll(/\bimport\(\s*SET_ASIDE\[(\d+)\],\s*/g, (_, index: string) => `import(${comments[Number(index)]} `),
  }
}

const config: UserConfig[] = defineConfig([
  ...hooks.map((entry): UserConfig => ({
    entry,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    dts: 'register' in entry,
    plugins: [takeBuiltinsDirectly, keepShort],
    fixedExtension: false,
    report: false,
    clean: false,
  })),
  {
    entry: entries,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    dts: true,
    fixedExtension: false,
    report: false,
    plugins: [takeBuiltinsDirectly],
    deps: {
      // The package itself, and the hosts, of which only types are used.
      neverBundle: [/^unplugin-persist(?:\/|$)/, /^(?:vite|rollup|rolldown|webpack|@rspack\/core|esbuild|@farmfe\/core)(?:\/|$)/],
      onlyBundle: false,
    },
  },
  {
    entry: running,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    dts: true,
    fixedExtension: false,
    report: false,
    clean: false,
    plugins: [takeBuiltinsDirectly, keepShort],
  },
  {
    entry: browser,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    // Their types are those of the entries that they stand for.
    dts: false,
    fixedExtension: false,
    report: false,
    clean: false,
  },
  // In CommonJS too: what user code and compiled code `require()`. Requiring an ES module warns on some Node 22, and on the thread of
  // the hooks it fails there.
  ...[running, compiling].map((entry): UserConfig => ({
    entry,
    format: 'cjs',
    platform: 'node',
    target: 'node20.19',
    dts: entry === running,
    fixedExtension: false,
    report: false,
    clean: false,
    plugins: [takeBuiltinsDirectly, keepShort],
    deps: {
      // Published as ES modules only.
      alwaysBundle: ['obug', 'magic-string', /^@jridgewell\//, /^unconfig/, /^@?quansync/, 'defu'],
      // unconfig asks for it when there is a config to read.
      neverBundle: ['jiti'],
      onlyBundle: false,
    },
  })),
])

export default config

/** Entries whose source is there. */
function present(all: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(all).filter(([, file]) => existsSync(file)))
}
