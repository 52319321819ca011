import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import { parseModule } from '../../src/compiler/syntax/parse.ts'
import { constantKey } from '../../src/compiler/marks/identity.ts'
import { createCompiler } from '../../src/compiler/index.ts'
import { walk } from '../../src/compiler/syntax/path.ts'
import { isFunction } from '../../src/compiler/syntax/syntax.ts'

const MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url))

/** A package whose sources are taken as code of a project. */
export interface Package {
  name: string
  /** The directory or file with its sources, from its root. */
  sources: string
  /** From `sources`. */
  entry: string
  includes?(file: string): boolean
}

export const PACKAGES: Package[] = [
  { name: 'date-fns', sources: '.', entry: 'index.js', includes: (file) => /^(?:(?:.*\/)?_lib\/.*|locale\/(?:en-US|_lib)(?:\/.*)?|[^/]+)\.js$/.test(file) && !/^(?:fp|cdn|locale)\.js$/.test(file) && !file.startsWith('fp/') },
  { name: 'd3-array', sources: 'dist', entry: 'd3-array.mjs', includes: (file) => file === 'd3-array.mjs' },
  { name: 'valibot', sources: 'dist', entry: 'index.mjs', includes: (file) => file === 'index.mjs' },
  { name: 'immer', sources: 'src', entry: 'immer.ts', includes: (file) => file.endsWith('.ts') },
  { name: 'zod', sources: 'src/v4', entry: 'classic/index.ts', includes: (file) => file.endsWith('.ts') && !/tests\//.test(file) },
]

/** The sources of a package in a project of its own. */
export function copySources({ name, sources, includes = () => true }: Package): { root: string; files: string[] } {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'persist-package-')))
  writeFileSync(join(root, 'package.json'), JSON.stringify({ name: `project-of-${name}`, type: 'module' }))
  const from = join(MODULES, name, sources)
  const files = (readdirSync(from, { recursive: true }) as string[]).filter((file) => includes(file) && statSync(join(from, file)).isFile())
  for (const file of files) {
    mkdirSync(dirname(join(root, 'src', file)), { recursive: true })
    cpSync(join(from, file), join(root, 'src', file))
  }
  return { root, files }
}

/** Why a function is not marked, where that is so. What is refused by the compiler is refused by name here. */
function exemption(node: any): string | undefined {
  if (node.generator) return 'generator'
  if (node.kind === 'constructor') return 'constructor'
  if (node.kind === 'get' || node.kind === 'set') return 'accessor'
  if (node.computed && constantKey(node.key) === undefined) return 'computed name'
  return undefined
}

/** A text with a mark before each of its functions that may have one. */
export function markAll(code: string, file: string, may: (text: string, isTop: boolean) => boolean = () => true): { code: string; marked: number; exempt: Record<string, number> } {
  const ast = parseModule(code, file)
  const exempt: Record<string, number> = Object.create(null)
  const places: number[] = []
  walk(ast.program, ({ node, parentPath }) => {
    if (!isFunction(node)) return
    const isTop = node.type === 'FunctionDeclaration' && /^(?:Program|Export)/.test(parentPath!.node.type)
    const why = exemption(node) ?? (/\bnew\s*\.\s*target\b/.test(code.slice(node.start!, node.end!)) ? 'new.target' : may(code.slice(node.start!, node.end!), isTop) ? undefined : 'not asked for')
    if (why) exempt[why] = (exempt[why] ?? 0) + 1
    else places.push(node.start!)
  })
  let marked = code
  for (const place of places.toSorted((a, b) => b - a)) marked = `${marked.slice(0, place)}/* @persist */ ${marked.slice(place)}`
  return { code: marked, marked: places.length, exempt }
}

export interface Built {
  marked: number
  functions: number
  /** How many functions were left out, by reason. */
  exempt: Record<string, number>
  /** Milliseconds of compiling. */
  took: number
  code: string
}

/** Marks and compiles a copied package, then makes one CommonJS file of it. */
export function build({ root, files }: { root: string; files: string[] }, entry: string, may?: (text: string, isTop: boolean) => boolean): Built {
  let marked = 0
  const exempt: Record<string, number> = Object.create(null)
  for (const file of files) {
    const path = join(root, 'src', file)
    const result = markAll(readFileSync(path, 'utf8'), path, may)
    writeFileSync(path, result.code)
    marked += result.marked
    for (const [why, count] of Object.entries(result.exempt)) exempt[why] = (exempt[why] ?? 0) + count
  }
  const compiler = createCompiler({ root })
  let functions = 0
  const emitted = join(root, 'emitted')
  const started = performance.now()
  for (const file of files) {
    const path = join(root, 'src', file)
    const code = readFileSync(path, 'utf8')
    const result = compiler.compile(code, path)
    functions += result?.functions.length ?? 0
    mkdirSync(dirname(join(emitted, file)), { recursive: true })
    writeFileSync(join(emitted, file), result?.code ?? code)
  }
  const took = performance.now() - started
  return { marked, functions, exempt, took, code: bundle(join(emitted, entry), root) }
}

export function bundle(entry: string, root: string): string {
  return buildSync({
    entryPoints: [entry], bundle: true, format: 'cjs', platform: 'node', target: 'node20', write: false, external: ['unplugin-persist/*'],
    absWorkingDir: root, logLevel: 'silent', keepNames: true, sourcemap: false,
  }).outputFiles[0]!.text
}

export function remove({ root }: { root: string }): void {
  rmSync(root, { recursive: true, force: true })
}
