import { readdirSync, readFileSync } from 'node:fs'
import { dirname, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { expect, test } from 'vitest'

const source = fileURLToPath(new URL('../../src', import.meta.url))

/**
 * Which layer may use which at run time. Arrows point one way: what compiles knows nothing of what runs, and the reverse. They
 * meet in `descriptor.ts`, the one typed thing that compiled code passes.
 */
const USES: Readonly<Record<string, readonly string[]>> = {
  'errors.ts': [],
  'descriptor.ts': [],
  'sha256.ts': [],
  'config': ['errors.ts'],
  'codec': ['errors.ts', 'sha256.ts', 'config'],
  'store': ['errors.ts', 'sha256.ts', 'config'],
  'runtime': ['errors.ts', 'descriptor.ts', 'sha256.ts', 'config', 'codec', 'store'],
  'index.ts': ['errors.ts', 'config', 'codec', 'runtime'],
  'browser.ts': ['errors.ts', 'config', 'codec', 'runtime'],
  'compiler': ['errors.ts', 'descriptor.ts', 'config'],
  'plugin': ['errors.ts', 'config', 'compiler'],
  'register': ['errors.ts', 'config', 'compiler', 'plugin'],
  'cli': ['errors.ts', 'config', 'compiler', 'plugin', 'codec', 'store'],
}

/** Types alone may be taken from further: they are gone when the program runs. */
const KNOWS: Readonly<Record<string, readonly string[]>> = {
  'descriptor.ts': ['config'],
  'config': ['codec', 'store'],
  'index.ts': ['store'],
  'browser.ts': ['store'],
  'cli': ['runtime', 'descriptor.ts'],
}

/** The compiler's own folders: each uses those before it, types too, and none behind it. What they share with its callers is in `types.ts`. */
const COMPILER: readonly string[] = ['types.ts', 'syntax', 'files', 'bindings', 'graph', 'report', 'marks', 'emit', '']

/** Packages that are for compiling. Compiled programs must not load them. */
const COMPILE_TIME = /^(?:@babel\/|@jridgewell\/|magic-string|unplugin|unconfig|enhanced-resolve|get-tsconfig|cac|vite|rollup|rolldown|webpack|esbuild|typescript)/

interface Import {
  file: string
  layer: string
  target: string
  atRunTime: boolean
}

const imports = readImports()

test('the layers are these', () => {
  expect([...new Set(imports.map(({ layer }) => layer))].sort()).toEqual(Object.keys(USES).filter((layer) => imports.some((one) => one.layer === layer)).sort())
})

test('no layer uses another against the arrows', () => {
  const wrong = imports
    .map((one) => ({ ...one, to: layerOf(one.target) }))
    .filter(({ layer, target, to, atRunTime }) => {
      if (!target.startsWith(source) || to === layer) return false
      return !USES[layer]!.includes(to) && (atRunTime || !KNOWS[layer]?.includes(to))
    })
  expect(wrong.map(({ file, to, atRunTime }) => `${file} ${atRunTime ? 'uses' : 'knows types of'} ${to}`)).toEqual([])
})

test('no folder of the compiler uses one behind it', () => {
  const place = (file: string): number => {
    const [, first = '', second] = file.split('/')
    return COMPILER.indexOf(second === undefined && first !== 'types.ts' ? '' : first)
  }
  expect(imports.filter(({ layer, file }) => layer === 'compiler' && place(file) < 0)).toEqual([])
  const wrong = imports
    .filter(({ layer, target }) => layer === 'compiler' && layerOf(target) === 'compiler')
    .filter(({ file, target }) => place(target.slice(source.length + 1)) > place(file))
  expect(wrong.map(({ file, target }) => `${file} uses ${target.slice(source.length + 1)}`)).toEqual([])
})

test('compiled programs load nothing that is for compiling', () => {
  const running = new Set(['runtime', 'codec', 'store', 'index.ts', 'browser.ts'])
  const wrong = imports.filter(({ layer, target, atRunTime }) => running.has(layer) && atRunTime && COMPILE_TIME.test(target))
  expect(wrong.map(({ file, target }) => `${file} loads ${target}`)).toEqual([])
})

test('the compiler reads the disk through its host alone', () => {
  const wrong = imports.filter(({ layer, target, atRunTime }) => layer === 'compiler' && atRunTime && /^(?:node:)?(?:fs|child_process|net|http)/.test(target))
  expect(wrong.map(({ file }) => file)).toEqual(['compiler/files/directories.ts', 'compiler/files/disk.ts'])
  const listing = imports.filter(({ target }) => target.endsWith('compiler/files/directories.ts'))
  expect(listing.map(({ file }) => file)).toEqual(['compiler/files/disk.ts'])
})

test('every import within the sources names its file with the extension', () => {
  const wrong = imports.filter(({ target }) => target.startsWith(source) && !/\.(?:ts|json)$/.test(target))
  expect(wrong.map(({ file, target }) => `${file} imports ${target}`)).toEqual([])
})

function readImports(): Import[] {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts')).map((file) => file.split(sep).join('/'))
  return files.flatMap((file) => {
    const text = readFileSync(`${source}/${file}`, 'utf8')
    const running = new Set(specifiers(ts.transpileModule(text, { compilerOptions: { verbatimModuleSyntax: true, module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 } }).outputText))
    return specifiers(text).map((specifier) => ({
      file,
      layer: layerOf(`${source}/${file}`),
      target: specifier.startsWith('.') ? resolve(source, dirname(file), specifier).split(sep).join('/') : specifier,
      atRunTime: running.has(specifier),
    }))
  })
}

function specifiers(text: string): string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName)
}

/** The folder, or the file for what stands beside the folders. */
function layerOf(path: string): string {
  return relative(source, path).split(sep)[0]!
}
