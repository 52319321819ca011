import { existsSync } from 'node:fs'
import { defineConfig } from 'tsdown'

/** What `dist` holds, by the name of the file there. The same list stands in `package.json#exports`, for people and for Node. */
const entries = present({
  'index': 'src/index.ts',
  'runtime': 'src/runtime/index.ts',
  'browser': 'src/browser.ts',
  'runtime-browser': 'src/runtime/browser.ts',
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
  'register': 'src/register/index.ts',
  // Runs on the thread that `module.register` starts.
  'register-thread': 'src/register/thread.ts',
  'cli': 'src/cli/index.ts',
})

/**
 * In CommonJS too: what user code and compiled code `require()` (requiring an ES module warns on some Node 22), and the
 * compiler as `register` loads it, in the middle of a synchronous hook.
 */
const commonjs = present({
  'index': 'src/index.ts',
  'runtime': 'src/runtime/index.ts',
  'register-compile': 'src/register/compile.ts',
})

export default defineConfig([
  {
    entry: entries,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    dts: true,
    fixedExtension: false,
    report: false,
    publint: false,
    deps: { neverBundle: [/^unplugin-persist(?:\/|$)/] },
  },
  {
    entry: commonjs,
    format: 'cjs',
    platform: 'node',
    target: 'node20.19',
    // Types only for the two public ones: `register-compile` is called by the hooks alone.
    dts: { entry: Object.values(commonjs).filter((file) => !file.includes('/register/')) },
    fixedExtension: false,
    report: false,
    clean: false,
    deps: {
      // Published as ES modules only.
      alwaysBundle: ['obug', 'magic-string', /^@jridgewell\//],
      onlyBundle: false,
    },
  },
])

/** Entries whose source is there. */
function present(all: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(all).filter(([, file]) => existsSync(file)))
}
