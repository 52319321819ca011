import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { build } from 'esbuild'
import { drawCommonJsMark, drawCommonJsUse } from './drawn-commonjs.ts'
import { placeRuntime } from './oracle.ts'
import type { Random } from './random.ts'
import { parseText } from './text.ts'
import type { Root, Workspace } from './workspace.ts'

const SKIPPED = /\.(?:map|flow|md)$|\.d\.[mc]?ts$|[\\/](?:node_modules|tests?|__tests__|umd|dist-types|cdn\.[^\\/]*)$/
const SKIPPED_OF_MODULES = /\.c[jt]s$|\.min\.m?js$|[\\/]cjs$/

/**
 * A project around packages that are installed in a directory: copied, linked as workspace packages are, with functions drawn
 * from them. Half of these use an export, half are marked where they stand.
 *
 * @param packages names, or `name/folder` where only what lies in that folder is to be drawn from
 * @param isCommonJs functions of CommonJS modules are drawn, else of ECMAScript's
 */
export async function drawWorkspace(modules: string, packages: readonly string[], count: number, random: Random, isCommonJs = false): Promise<Workspace> {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'persist-judge-')))
  mkdirSync(join(directory, 'node_modules'), { recursive: true })
  mkdirSync(join(directory, 'src'))
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ name: 'judged', type: 'module', sideEffects: false }))
  const drawn = packages.map((path) => {
    const [name, folder] = splitPath(path)
    const to = join(directory, 'packages', name)
    if (!existsSync(to)) {
      cpSync(realpathSync(join(modules, name)), to, { recursive: true, filter: (file) => !SKIPPED.test(file) && (isCommonJs || !SKIPPED_OF_MODULES.test(file)) })
      if (isCommonJs) leaveOneSide(to)
      mkdirSync(dirname(join(directory, 'node_modules', name)), { recursive: true })
      symlinkSync(to, join(directory, 'node_modules', name), 'dir')
    }
    return { name, folder: join(to, folder) }
  })
  // What they import themselves and is not judged stays installed.
  for (const name of namesIn(modules)) {
    const to = join(directory, 'node_modules', name)
    if (existsSync(to) || name === 'unplugin-persist') continue
    mkdirSync(dirname(to), { recursive: true })
    symlinkSync(join(modules, name), to, 'dir')
  }
  if (isCommonJs) placeRuntime(directory)
  const roots: Root[] = []
  for (let tries = 0; roots.length < count && tries < count * 20; tries++) {
    const { name, folder } = random.pick(drawn)!
    const isUse = random.chance(0.4)
    const root = isCommonJs
      ? drawCommonJs(directory, name, folder, roots.length, isUse, random)
      : isUse
        ? await drawUse(directory, name, folder, roots.length, random)
        : drawMark(directory, folder, roots.length, random)
    if (root && (await isBundled(root.entry))) roots.push(root)
  }
  return { directory, roots, remove: () => rmSync(directory, { recursive: true, force: true }) }
}

/** Node, which runs the functions, knows nothing of the side that a manifest has for bundlers. */
function leaveOneSide(directory: string): void {
  for (const path of readdirSync(directory, { recursive: true }) as string[]) {
    if (!/(?:^|[\\/])package\.json$/.test(path)) continue
    const file = join(directory, path)
    const { module: _, ...manifest } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
    writeFileSync(file, JSON.stringify(manifest))
  }
}

async function isBundled(entry: string): Promise<boolean> {
  try {
    await build({ entryPoints: [entry], bundle: true, write: false, platform: 'node', format: 'esm', logLevel: 'silent', outdir: 'out' })
    return true
  } catch {
    return false
  }
}

function splitPath(path: string): [name: string, folder: string] {
  const parts = path.split('/')
  const length = path.startsWith('@') ? 2 : 1
  return [parts.slice(0, length).join('/'), parts.slice(length).join('/')]
}

function namesIn(modules: string): string[] {
  return readdirSync(modules).flatMap((name) => (name.startsWith('.') ? [] : name.startsWith('@') ? readdirSync(join(modules, name)).map((inner) => `${name}/${inner}`) : [name]))
}

function drawCommonJs(directory: string, name: string, folder: string, number: number, isUse: boolean, random: Random): Root | undefined {
  const file = random.pick(sourceFiles(folder))
  if (isUse) {
    const isWhole = folder === join(directory, 'packages', name) && random.chance(0.7)
    const path = isWhole || !file ? name : `./${relative(join(directory, 'src'), file)}`
    return drawCommonJsUse(directory, path, number, random)
  }
  try {
    return file ? drawCommonJsMark(directory, file, number, random) : undefined
  } catch {
    return undefined
  }
}

/** A function that calls an export of a package's entry, or of one of its files. */
async function drawUse(directory: string, name: string, folder: string, number: number, random: Random): Promise<Root | undefined> {
  const isWhole = folder === join(directory, 'packages', name) && random.chance(0.7)
  const path = isWhole ? name : `./${relative(join(directory, 'src'), random.pick(sourceFiles(folder))!)}`
  const file = join(directory, 'src', `use${number}.js`)
  try {
    const { metafile } = await build({ stdin: { contents: `export * from ${JSON.stringify(path)}`, resolveDir: dirname(file) }, bundle: true, write: false, metafile: true, format: 'esm', platform: 'node', logLevel: 'silent', outdir: 'out' })
    const names = Object.values(metafile.outputs)[0]!.exports.filter((item) => /^[a-z_$][\w$]*$/i.test(item) && item !== 'default')
    const item = random.pick(names)
    if (!item) return undefined
    const [imports, value] = random.chance(0.5) ? [`import { ${item} } from ${JSON.stringify(path)}`, item] : [`import * as all from ${JSON.stringify(path)}`, `all.${item}`]
    writeFileSync(file, `${imports}\n\n// @persist\nexport function root(input) {\n  return ${value}(input)\n}\n`)
    return { name: `${path} ${item}`, file, entry: file }
  } catch {
    return undefined
  }
}

/** A function of a package, marked where it stands. */
function drawMark(directory: string, folder: string, number: number, random: Random): Root | undefined {
  const file = random.pick(sourceFiles(folder))
  if (!file) return undefined
  const code = readFileSync(file, 'utf8')
  if (code.includes('@persist')) return undefined
  try {
    const { program } = parseText(code, file).ast
    const functions = program.body.flatMap((item) => {
      if (item.type !== 'ExportNamedDeclaration' || !item.declaration) return []
      const { declaration } = item
      if (declaration.type === 'FunctionDeclaration') return declaration.generator ? [] : [{ start: item.start!, name: declaration.id!.name }]
      if (declaration.type !== 'VariableDeclaration' || declaration.declarations.length > 1) return []
      const { id, init } = declaration.declarations[0]!
      return id.type === 'Identifier' && init?.type === 'ArrowFunctionExpression' ? [{ start: item.start!, name: id.name }] : []
    })
    const fn = random.pick(functions)
    if (!fn) return undefined
    writeFileSync(file, `${code.slice(0, fn.start)}// @persist\n${code.slice(fn.start)}`)
    const entry = join(directory, 'src', `mark${number}.js`)
    writeFileSync(entry, `export { ${fn.name} as root } from ${JSON.stringify(`./${relative(dirname(entry), file)}`)}\n`)
    return { name: `${relative(directory, file)} ${fn.name}`, file, entry }
  } catch {
    return undefined
  }
}

function sourceFiles(folder: string): string[] {
  return (readdirSync(folder, { recursive: true }) as string[]).filter((path) => /(?<!\.d)\.(?:[cm]?js|ts)$/.test(path) && !/(?:^|[\\/])node_modules[\\/]/.test(path)).map((path) => join(folder, path))
}
