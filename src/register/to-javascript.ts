import { createRequire } from 'node:module'
import { dirname, extname, join } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import type { BuildOptions, BuildResult, Loader } from 'esbuild'
import { exists } from '../config/exists.ts'
import { stripTypeScriptTypes } from './node-features.ts'

/** The part of esbuild that we use. */
interface Esbuild {
  buildSync(options: BuildOptions & { write: false }): BuildResult<{ write: false }>
}

const LOADERS: Record<string, Loader> = { '.ts': 'ts', '.mts': 'ts', '.cts': 'ts', '.tsx': 'tsx', '.jsx': 'jsx' }

/** Makes JavaScript of a module's edited text. */
export type ToJavaScript = (code: string) => string

/** What can compile a module that another hook has compiled without us: the esbuild of that hook, else Node's own means. */
export function findToJavaScript(file: string, format: 'module' | 'commonjs'): ToJavaScript | undefined {
  const esbuild = findEsbuild(file)
  if (esbuild) return (code) => withEsbuild(esbuild, code, file, format)
  if (stripTypeScriptTypes && format === 'module' && /\.[cm]?ts$/.test(file)) {
    return (code) => stripTypeScriptTypes!(code, { mode: 'transform', sourceMap: true, sourceUrl: file })
  }
  return undefined
}

function withEsbuild(esbuild: Esbuild, code: string, file: string, format: 'module' | 'commonjs'): string {
  const tsconfig = findTsconfig(file)
  const { outputFiles } = esbuild.buildSync({
    stdin: { contents: code, sourcefile: file, resolveDir: dirname(file), loader: LOADERS[extname(file)] ?? 'js' },
    absWorkingDir: dirname(file),
    bundle: false,
    write: false,
    outfile: file.replace(/\.\w+$/, '.out.js'),
    format: format === 'module' ? 'esm' : 'cjs',
    platform: 'node',
    target: `node${process.versions.node}`,
    sourcemap: 'inline',
    sourcesContent: true,
    keepNames: true,
    logLevel: 'silent',
    ...(tsconfig === undefined ? { tsconfigRaw: {} } : { tsconfig }),
    ...(format === 'commonjs' && {
      define: {
        'import.meta.url': JSON.stringify(pathToFileURL(file).href),
        'import.meta.filename': JSON.stringify(file),
        'import.meta.dirname': JSON.stringify(dirname(file)),
      },
    }),
  })
  return outputFiles[0]!.text
}

/** The one that tsx brings, from where the file or the program finds tsx, or from where it was started; else the project's own. */
function findEsbuild(file: string): Esbuild | undefined {
  const starts = [file, join(process.cwd(), 'x.js'), ...[...process.execArgv, process.env.NODE_OPTIONS ?? ''].flatMap(pathsToTsx)]
  for (const start of starts) {
    try {
      return createRequire(createRequire(start).resolve('tsx'))('esbuild') as Esbuild
    } catch {}
  }
  for (const start of starts) {
    try {
      return createRequire(start)('esbuild') as Esbuild
    } catch {}
  }
  return undefined
}

/** `--import file:///…/tsx/dist/loader.mjs` */
function pathsToTsx(argument: string): string[] {
  return argument.match(/(?:file:\/\/)?[^\s=]*[\\/]tsx[\\/]dist[\\/][\w./\\-]+/g) ?? []
}

function findTsconfig(file: string): string | undefined {
  for (let directory = dirname(file); ; directory = dirname(directory)) {
    const path = join(directory, 'tsconfig.json')
    if (exists(path)) return path
    if (directory === dirname(directory)) return undefined
  }
}
