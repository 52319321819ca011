import { KEY_EPOCH, type PathNode } from '../codec/canonical.ts'
import { codecId } from '../codec/codec-id.ts'
import { sha256 } from '../sha256.ts'
import { type FunctionOptions, keyRule } from '../config/options.ts'
import type { Descriptor } from '../descriptor.ts'
import { PersistError } from '../errors.ts'

/** The options that decide on a key. */
export type KeyOptions = Pick<FunctionOptions, 'name' | 'version' | 'skip' | 'key' | 'groupBy' | 'batch' | 'outFile' | 'codec' | 'env' | 'files'>

/** One value that enters the key. */
export interface KeyStep {
  /** Index into the values of a call. */
  readonly index: number
  /** What messages call it. */
  readonly name: string
  /** What tells it from the others in the key. */
  readonly tag: string
  readonly node: PathNode | undefined
}

export interface GroupStep {
  readonly index: number
  readonly name: string
  readonly path: readonly string[]
}

/** What the keys of one function with these options have in common. */
export interface KeyPlan {
  readonly options: KeyOptions
  /** What every key of the function begins with. */
  readonly prefix: string
  readonly steps: readonly KeyStep[]
  /** One function of all arguments. */
  readonly whole: ((...args: any[]) => unknown) | undefined
  readonly groups: readonly (readonly GroupStep[])[]
  /** Nothing but the values and captures enters the key, and those as they are. */
  readonly isSimple: boolean
}

/** 132 bits, so that prefix and two scalars are one block of SHA-256. */
const PREFIX_LENGTH = 22

interface GrowingNode {
  omit?: boolean
  rule?: (value: unknown) => unknown
  children?: Map<string, GrowingNode>
}

const plans = new WeakMap<Descriptor, KeyPlan>()

/** The plan for a function. Remembered while the same options object is given. */
export function keyPlan(descriptor: Descriptor, options: KeyOptions, known: (value: object) => string | undefined): KeyPlan {
  const before = plans.get(descriptor)
  if (before?.options === options) return before
  const plan = makePlan(descriptor, options, known)
  plans.set(descriptor, plan)
  return plan
}

/** `opts.user.id` as a parameter and the path into it. */
function splitPath(text: string, names: readonly string[], option: string): { index: number; path: string[] } {
  const path = text.split('.')
  const head = path.shift()!
  const index = names.indexOf(head)
  if (index < 0) {
    const known = names.length > 0 ? `It has ${names.map((name) => `'${name}'`).join(', ')}` : 'It has none'
    throw new PersistError('OPTION', `${option} names '${head}', which is no parameter of the function. ${known}.`)
  }
  return { index, path }
}

function plantRule(roots: Map<number, GrowingNode>, index: number, path: readonly string[], leaf: GrowingNode): void {
  let node = roots.get(index)
  if (!node) roots.set(index, (node = {}))
  for (const name of path) {
    node.children ??= new Map()
    let child = node.children.get(name)
    if (!child) node.children.set(name, (child = {}))
    node = child
  }
  Object.assign(node, leaf)
}

function makePlan(descriptor: Descriptor, options: KeyOptions, known: (value: object) => string | undefined): KeyPlan {
  const names = descriptor.params.map((name) => name.replace(/^\.\.\./, ''))
  const order = descriptor.order ?? names.map((_, index) => index)
  const position = new Map(order.map((index, place) => [index, place]))
  // A version is the user's word for the code: there a parameter is its name, so that one can be added anywhere.
  const byName = options.version !== undefined
  const tagOf = (index: number): string => (byName ? `${names[index]!.length}:${names[index]}=` : `${position.get(index) ?? index}=`)

  const roots = new Map<number, GrowingNode>()
  const shape: string[] = []
  const note = (what: string, index: number, path: readonly string[]): void => {
    shape.push([what, tagOf(index), ...path].join('\0'))
  }
  const omit = (text: string, option: string): void => {
    const { index, path } = splitPath(text, names, option)
    plantRule(roots, index, path, { omit: true })
    note('skip', index, path)
  }
  for (const text of options.skip ?? []) omit(text, 'skip')
  for (const text of [options.outFile ?? []].flat()) omit(text, 'outFile')
  for (const text of options.batch ?? []) note('batch', splitPath(text, names, 'batch').index, [])

  const whole = typeof options.key === 'function' ? options.key : undefined
  if (whole) shape.push(`whole\0${known(whole) ?? ''}`)
  else {
    for (const [text, rule] of Object.entries(options.key ?? {})) {
      const { index, path } = splitPath(text, names, 'key')
      if (typeof rule !== 'function') throw new PersistError('OPTION', `key.${text} is no function. Give ignore, stableHash, dropIf(…), dropIfEqual(…) or a function of your own.`)
      const kind = rule[keyRule]
      plantRule(roots, index, path, kind === 'ignore' ? { omit: true } : { rule })
      // What is dropped leaves no trace, so that entries from before the parameter are found.
      if (kind === 'ignore') note('skip', index, path)
      else if (kind !== 'dropIf' && kind !== 'dropIfEqual') note(`rule:${kind ?? known(rule) ?? 'own'}`, index, path)
    }
  }

  const steps: KeyStep[] = []
  for (const index of order) {
    const node = roots.get(index)
    if (!node?.omit) steps.push({ index, name: names[index]!, tag: tagOf(index), node })
  }
  if (byName) steps.sort((a, b) => (a.tag < b.tag ? -1 : a.tag > b.tag ? 1 : 0))
  const groups = (options.groupBy ?? []).map((group) =>
    [group].flat().map((text) => {
      const { index, path } = splitPath(text as string, names, 'groupBy')
      return { index, path, name: text as string }
    }),
  )
  // Two functions may have the same version, but never the same fingerprint and different code.
  const code = byName ? `version:${typeof options.version}:${options.version}:${options.name ?? `${descriptor.module}#${descriptor.name}`}` : descriptor.fingerprint
  const facts = [KEY_EPOCH, code, codecId(options.codec), ...shape.sort()].map((fact) => `${fact.length}:${fact}`).join('')
  const isSimple = !whole && descriptor.self === undefined && !options.env?.length && !options.files?.length && !descriptor.files && steps.every((step) => !step.node)
  return { options, prefix: `${Buffer.from(sha256(facts), 'hex').toString('base64url').slice(0, PREFIX_LENGTH)};`, steps, whole, groups, isSimple }
}
