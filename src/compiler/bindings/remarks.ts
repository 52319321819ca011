import type { Node } from '@babel/types'
import { isKnownGlobal } from '../syntax/globals.ts'
import type { ScopeAnalysis } from '../syntax/scope.ts'
import { unwrap } from '../syntax/syntax.ts'
import { staticKey } from '../syntax/uses.ts'
import {
  CLOCK_PACKAGES, impurePackageExport, IMPURE_FUNCTIONS, IMPURE_KEYS, IMPURE_METHODS, IMPURE_MODULES, LOCAL_TIME_PACKAGES, MAIN_MODULE, PLAIN_FACTS, PLATFORM_FUNCTIONS, PROCESS_FACTS, TERMINAL_FACTS, TERMINAL_METHODS,
  WORKER_FACTS,
} from './impure.ts'
import type { ImportedCallee } from './file-inputs.ts'
import type { ImportTarget } from './normalize.ts'
import type { Unit } from './unit.ts'

type IsFree = (node: Node) => boolean
type ImportOf = (node: Node) => ImportTarget | undefined

const LOCALE_METHODS = new Set([
  'toLocaleString', 'toLocaleDateString', 'toLocaleTimeString', 'toLocaleUpperCase', 'toLocaleLowerCase', 'localeCompare',
  'getFullYear', 'getMonth', 'getDate', 'getDay', 'getHours', 'getMinutes', 'getTimezoneOffset', 'setHours', 'setDate', 'setMonth', 'setFullYear', 'setMinutes',
  'toDateString', 'toTimeString',
])
/** What is said of `process.env[name]`. */
export const COMPUTED_ENV = 'a computed name in process.env'
/** What is said of `import.meta.env[name]`. */
export const COMPUTED_META_ENV = 'a computed name in import.meta.env'
/** What is said of `load(process.env)`. */
export const ALL_ENV = 'all of process.env'
/** What is said of `load(import.meta.env)`. */
export const ALL_META_ENV = 'all of import.meta.env'
const GLOBAL_OBJECTS: ReadonlySet<string> = new Set(['globalThis', 'global', 'window', 'self'])
/** It ends in an offset, or is a day alone. */
const UNIVERSAL_TIME = /(?:Z|[+-]\d\d:\d\d)$|^\d{4}-\d\d-\d\d$/
const PURE_FS = new Set(['constants'])

function globalName(node: Node, isFree: IsFree): string | undefined {
  const inner = unwrap(node)
  if (inner.type === 'Identifier') return isFree(inner) ? inner.name : undefined
  if (inner.type === 'MemberExpression') {
    const object = globalName(inner.object, isFree)
    if (object === 'globalThis' || object === 'global' || object === 'window' || object === 'self') return staticKey(inner)
  }
  return undefined
}

/** A global object of the platform by what it is called, also where it is imported: `import { performance } from 'node:perf_hooks'`. */
function platformObject(node: Node, isFree: IsFree, importOf: ImportOf): string | undefined {
  const name = globalName(node, isFree)
  if (name !== undefined) return name
  if (isProcess(node, isFree, importOf)) return 'process'
  const inner = unwrap(node)
  // `crypto.subtle`
  if (inner.type === 'MemberExpression' && staticKey(inner) === 'subtle') return platformObject(inner.object, isFree, importOf) === 'crypto' ? 'subtle' : undefined
  const target = importOf(node)
  if (target?.name === 'performance' && /^(?:node:)?perf_hooks$/.test(target.from)) return 'performance'
  return target?.name === 'webcrypto' && /^(?:node:)?crypto$/.test(target.from) ? 'crypto' : undefined
}

function addOnce(list: string[], item: string): void {
  if (!list.includes(item)) list.push(item)
}

/** `process`, the global or imported from `node:process`. */
export function isProcess(node: Node, isFree: IsFree, importOf: ImportOf): boolean {
  if (globalName(node, isFree) === 'process') return true
  const target = importOf(node)
  return target !== undefined && /^(?:node:)?process$/.test(target.from) && (target.name === 'default' || target.name === '*')
}

/** `process.env`, Bun's name for it, or `env` imported from `node:process`. */
export function isProcessEnv(node: Node, isFree: IsFree, importOf: ImportOf): boolean {
  const inner = unwrap(node)
  if ((inner.type === 'MemberExpression' || inner.type === 'OptionalMemberExpression') && staticKey(inner) === 'env') return isProcess(inner.object, isFree, importOf) || globalName(inner.object, isFree) === 'Bun'
  const target = importOf(inner)
  return target !== undefined && /^(?:node:)?process$/.test(target.from) && target.name === 'env'
}

export function isMetaEnv(node: Node): boolean {
  const inner = unwrap(node)
  return (inner.type === 'MemberExpression' || inner.type === 'OptionalMemberExpression') && staticKey(inner) === 'env' && inner.object.type === 'MetaProperty'
}

/**
 * Notes what reading a member tells of a unit: environment, platform, locale, functions that are not pure.
 *
 * @param environment what it is a member of, if that is an environment
 * @param isCalled it is called there, which tells more
 */
export function noteMember(node: Node, object: Node, key: string | undefined, environment: 'env' | 'metaEnv' | undefined, isCalled: boolean, unit: Unit, isFree: IsFree, importOf: ImportOf): void {
  if (environment) {
    const [all, computed] = environment === 'env' ? [ALL_ENV, COMPUTED_ENV] : [ALL_META_ENV, COMPUTED_META_ENV]
    if (key === undefined) unit.untracked.push({ what: computed, start: node.start! })
    // `process.env.hasOwnProperty(name)`
    else if (key in {}) unit.untracked.push({ what: all, start: node.start! })
    else addOnce(unit[environment], key)
    return
  }
  if (key === undefined) return
  if (object.type === 'MetaProperty' ? key === 'main' : object.type === 'Identifier' && isFree(object) && MAIN_MODULE.get(object.name) === key) unit.impure.push({ what: object.type === 'MetaProperty' ? 'import.meta.main' : `${(object as Extract<Node, { type: 'Identifier' }>).name}.${key}`, start: node.start! })
  const stream = TERMINAL_FACTS.has(key) || TERMINAL_METHODS.has(key) ? terminalStream(object, isFree, importOf) : undefined
  if (stream !== undefined) noteTerminal(node.start!, stream, key, unit)
  if (key === 'eval' && globalName(node, isFree) === 'eval') unit.untracked.push({ what: 'eval', start: node.start! })
  const holder = isCalled || !IMPURE_KEYS.has(key) ? undefined : platformObject(object, isFree, importOf)
  if (holder !== undefined && IMPURE_METHODS.get(holder)?.has(key)) unit.impure.push({ what: `${holder}.${key}`, start: node.start!, ...(PLAIN_FACTS.has(key) ? {} : { named: true }) })
  if (PROCESS_FACTS.has(key) && isProcess(object, isFree, importOf)) addOnce(unit.platform, `process.${key}`)
  else if (key === 'cwd' && isProcess(object, isFree, importOf)) addOnce(unit.platform, 'process.cwd()')
  else if (LOCALE_METHODS.has(key)) addOnce(unit.platform, 'locale')
  else if (globalName(object, isFree) === 'Intl') addOnce(unit.platform, 'locale')
}

/** Notes a name that is read of the environment, or that all may be. */
export function noteEnvironment(start: number, name: string | undefined, unit: Unit): void {
  if (name === undefined || name in {}) unit.untracked.push({ what: ALL_ENV, start })
  else addOnce(unit.env, name)
}

/** Notes what is read of a stream of the process, which says what its terminal is like. */
export function noteTerminal(start: number, stream: string, key: string, unit: Unit): void {
  if (TERMINAL_FACTS.has(key)) addOnce(unit.platform, `process.${stream}.${key}`)
  else if (TERMINAL_METHODS.has(key)) unit.impure.push({ what: `process.${stream}.${key}`, start, named: true })
}

/** `stdout` of `process.stdout`, or imported from `node:process`. */
function terminalStream(object: Node, isFree: IsFree, importOf: ImportOf): string | undefined {
  const inner = unwrap(object)
  const target = importOf(inner)
  const isMember = inner.type === 'MemberExpression' && isProcess(inner.object, isFree, importOf)
  const name = target && /^(?:node:)?process$/.test(target.from) ? target.name : isMember ? staticKey(inner) : undefined
  return name !== undefined && /^std(?:in|out|err)$/.test(name) ? name : undefined
}

/** The name of a member of the global object that the project has put there: `globalThis.settings`. */
export function ownGlobal(object: Node, key: string | undefined, isFree: IsFree): string | undefined {
  // `globalThis.window.settings`
  if (object.type !== 'MemberExpression' && (object.type !== 'Identifier' || !GLOBAL_OBJECTS.has(object.name))) return undefined
  const name = globalName(object, isFree)
  return name !== undefined && GLOBAL_OBJECTS.has(name) && key !== undefined && /^[A-Za-z_$][\w$]*$/.test(key) && !isKnownGlobal(key) && !(key in {}) ? key : undefined
}

/** Notes what a call tells of a unit: what is not pure, what reads the working directory. */
export function noteCall(node: Node, callee: Node, imported: ImportedCallee | undefined, unit: Unit, isFree: IsFree, importOf: ImportOf): void {
  if (callee.type === 'MemberExpression' || callee.type === 'OptionalMemberExpression') {
    const key = staticKey(callee)
    const object = key === 'parse' || (key !== undefined && IMPURE_KEYS.has(key)) ? platformObject(callee.object, isFree, importOf) : undefined
    // `process.hrtime.bigint()`
    if (key === 'bigint' && callee.object.type === 'MemberExpression') return noteCall(node, callee.object, imported, unit, isFree, importOf)
    if (key !== undefined && object !== undefined && IMPURE_METHODS.get(object)?.has(key)) unit.impure.push({ what: `${object}.${key}`, start: node.start! })
    // `AsyncLocalStorage`: what whoever called has put there.
    if (key === 'getStore' && (node as Extract<Node, { type: 'CallExpression' }>).arguments.length === 0) unit.untracked.push({ what: 'getStore()', start: node.start! })
    // What has no offset is local time.
    if (key === 'parse' && object === 'Date') addOnce(unit.platform, 'locale')
    // What it runs sees the global object.
    if (key === 'runInThisContext') unit.untracked.push({ what: 'runInThisContext()', start: node.start! })
    if (key === 'glob' && callee.object.type === 'MetaProperty') unit.untracked.push({ what: 'import.meta.glob', start: node.start! })
  } else {
    const name = globalName(callee, isFree)
    if (name !== undefined && IMPURE_FUNCTIONS.has(name)) unit.impure.push({ what: name, start: node.start! })
    if (name === 'Date') unit.impure.push({ what: 'Date()', start: node.start! })
  }
  noteClock(node, callee, unit, importOf)
  if (!imported) return
  const { module, name } = imported
  const fact = module === 'os' ? PLATFORM_FUNCTIONS.get(name) : undefined
  if (fact !== undefined) addOnce(unit.platform, fact)
  else if (module === 'crypto' && /^(?:random|generate)/.test(name)) unit.impure.push({ what: `crypto.${name}`, start: node.start! })
  else if (module === 'process' && callee.type === 'Identifier' && IMPURE_METHODS.get('process')!.has(name)) unit.impure.push({ what: `process.${name}`, start: node.start! })
  else if (IMPURE_MODULES.has(module) && !PURE_FS.has(name)) unit.impure.push({ what: `${module}.${name}`, start: node.start! })
}

/** Notes `dayjs()` and `new Chance()`, which take the present time or chance where they are given nothing. */
function noteClock(node: Node, callee: Node, unit: Unit, importOf: ImportOf): void {
  if ((node as Extract<Node, { type: 'CallExpression' }>).arguments.length > 0) return
  const isUniversal = callee.type === 'MemberExpression' && staticKey(callee) === 'utc'
  const target = importOf(isUniversal ? callee.object : callee)
  if (target && CLOCK_PACKAGES.has(target.from)) unit.impure.push({ what: target.from, start: node.start! })
}

/** Notes what an export of an installed package tells of a unit that names it, or a member of it. */
export function notePackage(start: number, from: string, name: string, member: string | undefined, isCalled: boolean, unit: Unit): void {
  if (LOCAL_TIME_PACKAGES.test(from)) addOnce(unit.platform, 'locale')
  const isAll = name === 'default' || name === '*'
  const own = isAll ? (member ?? '') : name
  const found = impurePackageExport(from, own) ?? (isAll || member === undefined ? undefined : impurePackageExport(from, `${own}.${member}`))
  if (found) unit.impure.push({ what: found.what, start, ...(isCalled && !found.makes ? {} : { named: true }) })
}

/** What code gives a seed gives the same each time: `faker.seed(1)`. */
export function forgiveSeeded(unit: Unit): void {
  if (unit.impure.length === 0) return
  const seeded = unit.refs.flatMap((reference) => (reference.kind === 'import' && reference.member === 'seed' ? [reference.from] : []))
  if (seeded.length > 0) unit.impure = unit.impure.filter(({ what }) => !seeded.some((from) => what.startsWith(from)))
}

/** Notes what an export of a module of the platform tells of a unit that names it. */
export function noteImported(start: number, module: string, name: string, isCalled: boolean, unit: Unit): void {
  if (module === 'process') {
    if (PROCESS_FACTS.has(name)) addOnce(unit.platform, `process.${name}`)
    else if (name === 'cwd') addOnce(unit.platform, 'process.cwd()')
    else if (!isCalled && IMPURE_METHODS.get('process')!.has(name)) unit.impure.push({ what: `process.${name}`, start, named: true })
  } else if (module === 'worker_threads' && WORKER_FACTS.has(name)) unit.impure.push({ what: `worker_threads.${name}`, start, ...(PLAIN_FACTS.has(name) ? {} : { named: true }) })
  else if (module === 'util' && name === 'parseArgs') addOnce(unit.platform, 'process.argv')
  else if (!isCalled && module === 'crypto' && /^(?:random|generate)/.test(name)) unit.impure.push({ what: `crypto.${name}`, start, named: true })
  else if (!isCalled && IMPURE_MODULES.has(module) && isFunctionName(name) && !(module === 'os' && PLATFORM_FUNCTIONS.has(name))) unit.impure.push({ what: `${module}.${name}`, start, named: true })
}

/** Classes and constants do nothing where they are named. */
function isFunctionName(name: string): boolean {
  return /^[a-z]/.test(name) && !['constants', 'promises', 'default'].includes(name)
}

/** Notes that a module of the platform is loaded when the code runs, of which it is not known what is taken. */
export function noteLoaded(node: Node, module: string, unit: Unit): void {
  if (IMPURE_MODULES.has(module)) unit.impure.push({ what: module, start: node.start!, named: true })
}

/** Notes what `new X()` tells of a unit. */
export function noteConstruction(node: Extract<Node, { type: 'NewExpression' }>, unit: Unit, isFree: IsFree, importOf: ImportOf): void {
  noteClock(node, unwrap(node.callee as Node), unit, importOf)
  const name = globalName(node.callee as Node, isFree)
  if (name !== 'Date') return
  if (node.arguments.length === 0) unit.impure.push({ what: 'new Date()', start: node.start! })
  // `new Date(y, m, d)` and `new Date('…')` count in the local time zone.
  else if (node.arguments.length > 1 || isLocalText(node.arguments[0] as Node)) addOnce(unit.platform, 'locale')
}

/** Text that a time is read from, unless it says where that is: `${day}T00:00:00`. */
function isLocalText(node: Node): boolean {
  const inner = unwrap(node)
  if (inner.type === 'BinaryExpression') return inner.operator === '+' && (isText(inner.right) ? isLocalText(inner.right) : isLocalText(inner.left))
  if (inner.type === 'StringLiteral') return !UNIVERSAL_TIME.test(inner.value)
  return inner.type === 'TemplateLiteral' && !UNIVERSAL_TIME.test(inner.quasis.at(-1)!.value.raw)
}

function isText(node: Node): boolean {
  return node.type === 'StringLiteral' || node.type === 'TemplateLiteral'
}

/** Notes what code makes text of: of a time that is local. */
export function noteText(node: Node, unit: Unit, { bindingOf }: ScopeAnalysis): void {
  const inner = unwrap(node)
  const declaration = inner.type === 'Identifier' ? bindingOf.get(inner)?.declaration : undefined
  const made = declaration?.type === 'VariableDeclarator' && declaration.id.type === 'Identifier' && declaration.init ? unwrap(declaration.init) : inner
  if (made.type === 'NewExpression' && globalName(made.callee as Node, (name) => !bindingOf.has(name)) === 'Date') addOnce(unit.platform, 'locale')
}
