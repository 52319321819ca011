import { createRequire } from 'node:module'
import { Script } from 'node:vm'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { join } from 'node:path'
import { buildSync } from 'esbuild'
import type * as compilerModule from '../../src/compiler/index.ts'
import type * as mainModule from '../../src/index.ts'
import type * as runtimeModule from '../../src/runtime/index.ts'

export const REPOSITORY: string = fileURLToPath(new URL('../../', import.meta.url))
/** The built package, for what runs in processes of its own. */
export const PACKAGE: string = process.env.BEHAVIOURS_PACKAGE ?? REPOSITORY
/** Where our code is taken from. A mutation run points it at a copy with a fault in it. */
const SOURCE: string = process.env.BEHAVIOURS_SOURCE ?? join(REPOSITORY, 'src')

const require = createRequire(join(REPOSITORY, 'package.json'))

/** All of our code from one entry as a text that can be run again and again, each time as if a process had begun. */
function bundle(entry: string): string {
  const { outputFiles } = buildSync({
    stdin: { contents: entry, resolveDir: SOURCE, loader: 'ts' },
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    logLevel: 'silent',
    nodePaths: [join(REPOSITORY, 'node_modules')],
    external: ['@babel/*', 'proper-lockfile', 'enhanced-resolve', 'get-tsconfig', 'unconfig', 'apache-arrow', 'parquet-wasm', 'hyparquet*', 'csv-*', 'papaparse'],
    define: { 'import.meta.url': JSON.stringify(pathToFileURL(join(REPOSITORY, 'src/index.ts')).href) },
  })
  return outputFiles[0]!.text
}

type Evaluate = (require: NodeJS.Require, module: { exports: unknown }, exports: unknown, console: Pick<Console, 'warn'>) => void

/** One script for all its evaluations, so that V8 compiles it once. */
function toScript(text: string): Script {
  return new Script(`(function (require, module, exports, console) {${text}\n})`, { filename: join(REPOSITORY, 'src/bundle.cjs') })
}

function evaluate<T>(script: Script, console: Pick<Console, 'warn'>): T {
  const module = { exports: {} as T }
  ;(script.runInThisContext() as Evaluate)(require, module, module.exports, console)
  return module.exports
}

// Each copy of the library listens for the end of the process.
process.setMaxListeners(0)

let library: Script | undefined
let compiler: typeof compilerModule | undefined

export interface Library {
  main: typeof mainModule
  runtime: typeof runtimeModule
}

/** The library as a process that has just begun has it. */
export function freshLibrary(console: Pick<Console, 'warn'>): Library {
  library ??= toScript(bundle(`export * as main from './index.ts'\nexport * as runtime from './runtime/index.ts'`))
  // What the copies of the library in one process share: a process that has just begun has none of it.
  for (const symbol of Object.getOwnPropertySymbols(globalThis)) {
    if (symbol.description?.startsWith('unplugin-persist')) delete (globalThis as Record<symbol, unknown>)[symbol]
  }
  return evaluate<Library>(library, console)
}

export function createCompiler(options: compilerModule.CompilerOptions): compilerModule.Compiler {
  compiler ??= evaluate<typeof compilerModule>(toScript(bundle(`export * from './compiler/index.ts'`)), console)
  return compiler.createCompiler(options)
}
