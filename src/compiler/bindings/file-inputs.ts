import type { Node } from '@babel/types'
import { unwrap } from '../syntax/syntax.ts'
import { staticKey } from '../syntax/uses.ts'
import type { ImportTarget, ModuleContext } from './normalize.ts'
import { OWN_MODULE } from './unit.ts'

/** A file that code reads by a path that its text fixes. */
export interface FileInput {
  /** With `/`. */
  path: string
  /** What the path is relative to: the working directory (taken to be the project's), or the module's own. */
  base: 'project' | 'module'
}

const FS = /^(?:(?:node:)?fs(?:\/promises)?|fs-extra|graceful-fs)$/
const PATH = /^(?:node:)?path(?:\/posix)?$/
const URL_MODULE = /^(?:node:)?url$/
const READERS = new Set(['readFile', 'readFileSync', 'createReadStream', 'readdir', 'readdirSync', 'readJson', 'readJSON', 'readJsonSync', 'readJSONSync'])

type ImportOf = (node: Node) => ImportTarget | undefined

/** A function of a built-in module, or of any other that is imported. */
export interface ImportedCallee {
  module: string
  name: string
}

/** The function of a module that is called: `fs.readFileSync` under any kind of import, `fs.promises.readFile`. */
export function importedCallee(callee: Node, importOf: ImportOf): ImportedCallee | undefined {
  const inner = unwrap(callee)
  const direct = importOf(inner)
  if (direct && direct.name !== '*' && direct.name !== 'default') return { module: plainName(direct.from), name: direct.name }
  if (inner.type !== 'MemberExpression' && inner.type !== 'OptionalMemberExpression') return undefined
  const name = staticKey(inner)
  if (name === undefined) return undefined
  const object = unwrap(inner.object)
  const target = importOf(object)
  if (target && (target.name === 'default' || target.name === '*' || target.name === 'promises')) return { module: plainName(target.from), name }
  if (object.type === 'MemberExpression' && staticKey(object) === 'promises') {
    const outer = importOf(object.object)
    if (outer && (outer.name === 'default' || outer.name === '*')) return { module: plainName(outer.from), name }
  }
  return undefined
}

/** `fs` of `node:fs` */
function plainName(specifier: string): string {
  return specifier.startsWith('node:') ? specifier.slice(5) : specifier
}

/** The file that a call of an imported function reads, where its path is fixed. */
export function fileInput(
  call: Extract<Node, { type: 'CallExpression' | 'OptionalCallExpression' }>, callee: ImportedCallee, context: ModuleContext, importOf: ImportOf,
): FileInput | undefined {
  if (!READERS.has(callee.name) || !FS.test(callee.module)) return undefined
  const argument = call.arguments[0]
  const found = argument && pathOf(argument as Node, context, importOf, 0)
  return found && found.path !== '' && !found.path.startsWith('/') && !/^[A-Za-z]:/.test(found.path) ? found : undefined
}

/** The module that a thread or process is started with, as a specifier, where its path is fixed: `new Worker(new URL('./w.js', import.meta.url))`. */
export function startedModule(path: Node, context: ModuleContext, importOf: ImportOf): string | undefined {
  const inner = unwrap(path)
  const own = inner.type === 'Identifier' ? inner.name === '__filename' && !context.scopes.bindingOf.has(inner) : isMetaMember(inner, ['url', 'filename'])
  if (own) return OWN_MODULE
  const url = inner.type === 'NewExpression' && unwrap(inner.callee as Node)
  if (url && url.type === 'Identifier' && url.name === 'URL' && inner.arguments.length === 1) return startedModule(inner.arguments[0] as Node, context, importOf)
  const found = pathOf(inner, context, importOf, 0)
  if (found?.base !== 'module') return undefined
  if (found.path === '.') return OWN_MODULE
  return /\.[cm]?[jt]sx?$/.test(found.path) ? (found.path.startsWith('../') ? found.path : `./${found.path}`) : undefined
}

function isMetaMember(node: Node, names: readonly string[]): boolean {
  return node.type === 'MemberExpression' && node.object.type === 'MetaProperty' && names.includes(staticKey(node) ?? '')
}

const MODULE: FileInput = { path: '', base: 'module' }

/** A path that a text fixes: a literal, one joined to the module's directory, `new URL('./x', import.meta.url)`, a constant of these. */
function pathOf(node: Node, context: ModuleContext, importOf: ImportOf, depth: number): FileInput | undefined {
  if (depth > 5) return undefined
  const inner = unwrap(node)
  const isFree = (other: Node): boolean => !context.scopes.bindingOf.has(other)
  const follow = (other: Node): FileInput | undefined => pathOf(other, context, importOf, depth + 1)
  switch (inner.type) {
    case 'StringLiteral':
      return { path: inner.value.replace(/^\.\//, ''), base: 'project' }
    case 'TemplateLiteral': {
      const [first, second] = inner.quasis
      if (inner.expressions.length === 0) return { path: first!.value.cooked ?? '', base: 'project' }
      if (inner.expressions.length !== 1 || first!.value.cooked !== '') return undefined
      const start = follow(inner.expressions[0] as Node)
      return start && joined(start, second!.value.cooked ?? '')
    }
    case 'Identifier': {
      if (isFree(inner)) return inner.name === '__dirname' ? MODULE : undefined
      const declaration = context.scopes.bindingOf.get(inner)?.declaration
      const isConstant = declaration?.type === 'VariableDeclarator' && declaration.id.type === 'Identifier' && !context.scopes.bindingOf.get(inner)!.uses.some((use) => use.writes)
      return isConstant && declaration.init ? follow(declaration.init) : undefined
    }
    case 'MemberExpression':
      if (inner.object.type !== 'MetaProperty') return undefined
      return staticKey(inner) === 'dirname' ? MODULE : undefined
    case 'NewExpression': {
      const callee = unwrap(inner.callee as Node)
      const [literal, base] = inner.arguments as Node[]
      if (callee.type !== 'Identifier' || callee.name !== 'URL' || literal?.type !== 'StringLiteral' || !base) return undefined
      const from = unwrap(base)
      if (from.type !== 'MemberExpression' || from.object.type !== 'MetaProperty' || staticKey(from) !== 'url') return undefined
      return joined(MODULE, literal.value)
    }
    case 'CallExpression': {
      const callee = importedCallee(inner.callee as Node, importOf)
      const args = inner.arguments as Node[]
      if (!callee) return undefined
      if (URL_MODULE.test(callee.module) && callee.name === 'fileURLToPath' && args[0]) {
        const url = unwrap(args[0])
        return url.type === 'MemberExpression' && url.object.type === 'MetaProperty' && staticKey(url) === 'url' ? { path: '.', base: 'module' } : follow(args[0])
      }
      if (!PATH.test(callee.module)) return undefined
      if (callee.name === 'dirname' && args[0]) {
        const of = follow(args[0])
        // The directory of the module itself: what `fileURLToPath(import.meta.url)` lies in.
        return of && (of.path === '.' ? MODULE : { ...of, path: of.path.replace(/\/?[^/]*$/, '') })
      }
      if ((callee.name === 'join' || callee.name === 'resolve') && args[0]) {
        const rest = args.slice(1).map((arg) => unwrap(arg))
        if (!rest.every((arg) => arg.type === 'StringLiteral')) return undefined
        const start = follow(args[0])
        return start && rest.reduce<FileInput>((at, arg) => joined(at, (arg as { value: string }).value), start)
      }
      return undefined
    }
    default:
      return undefined
  }
}

function joined(start: FileInput, more: string): FileInput {
  const clean = more.replace(/^\/+/, '').replace(/^\.\//, '')
  return { base: start.base, path: start.path === '' || start.path === '.' ? clean : `${start.path}/${clean}` }
}
