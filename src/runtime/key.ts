import { sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { classInfo } from '../codec/class-info.ts'
import { canonicalHash, CanonicalEncoder, DROPPED, type PathNode } from '../codec/canonical.ts'
import { findHook } from '../codec/object-facts.ts'
import { isWellFormed, scalarToken, stringToken } from '../codec/canonical-tokens.ts'
import { sha256 } from '../sha256.ts'
import type { CaptureDescriptor, Descriptor } from '../descriptor.ts'
import { messageOf, PersistError } from '../errors.ts'
import type { Key } from '../store/types.ts'
import { digestFile } from './key-files.ts'
import { groupNames } from './key-groups.ts'
import { type KeyOptions, type KeyPlan, type KeyStep, keyPlan } from './key-plan.ts'
import { previewCall } from './key-preview.ts'

export interface KeyRequest {
  descriptor: Descriptor
  /** Keep the object while the options are the same: what the keys have in common is remembered by it. */
  options: KeyOptions
  self: unknown
  /** One per `descriptor.params`. */
  values: readonly unknown[]
  /** One per `descriptor.captures`. */
  captures: readonly unknown[]
  /** The fingerprint of a function or class. */
  known(value: object): string | undefined
  /** Where `files` are relative to, and what captured paths are freed of. @default the working directory, for `files` */
  projectPath?: string
  /** Told once per class that is keyed by its name, as its code isn't known. */
  onUnknownClass?: ((name: string, path: string) => void) | undefined
  /** Told of each captured variable whose value is no data, so that only the code that made it counts. */
  onUntracked?(name: string, value: object, cure: string): void
}

export interface CallKey {
  key: Key
  /** Directory names, not yet escaped. */
  groups: readonly string[]
  /** The arguments for people, shortened, without what looks like a secret. Shows the arguments as they are when it is called. */
  preview(): string
}

/** The key of one call. Throws {@link PersistError} `KEY` with the parameter, the path into it and the cure. */
export function makeKey(request: KeyRequest): CallKey {
  const { descriptor, options, values } = request
  const plan = keyPlan(descriptor, options, request.known)
  const groups = groupNames(plan.groups, values)
  const key = (plan.isSimple && request.captures.length === 0 ? keyOfScalars(plan, values) : undefined) ?? keyOfAny(plan, request)
  return new MadeKey(key, groups, descriptor.params, values)
}

/** One text and one hash, for calls with nothing but numbers, short strings and the like. The same key as by the encoder. */
function keyOfScalars(plan: KeyPlan, values: readonly unknown[]): Key | undefined {
  const text = textOfScalars(plan, values)
  return text !== undefined && isWellFormed(text) ? sha256(text) : undefined
}

/** What tells calls of one function apart whose keys hold nothing but numbers, strings and the like; `undefined` for others. */
export function textOfScalars({ prefix, steps }: KeyPlan, values: readonly unknown[]): string | undefined {
  let text = prefix
  for (let i = 0; i < steps.length; i++) {
    const step = steps[i]!
    const token = scalarToken(values[step.index])
    if (token === undefined) return undefined
    text += step.tag + token
  }
  return `${text}|`
}

function keyOfAny(plan: KeyPlan, request: KeyRequest): Key {
  const { descriptor, values } = request
  const encoder = new CanonicalEncoder(plan.prefix, seesPrivateState(request) ? { ...request, visible: request.self as object } : request)
  if (descriptor.self !== undefined) addSelf(encoder, request, descriptor.self)
  if (plan.whole) addWhole(encoder, plan.whole, descriptor, values)
  else for (const step of plan.steps) addValue(encoder, step, values[step.index])
  encoder.write('|')
  if (descriptor.captures) addCaptures(encoder, request, descriptor.captures)
  addInputs(encoder, request)
  return encoder.digest()
}

/** A class, as a closure for each call would cost more. */
class MadeKey implements CallKey {
  readonly key: Key
  readonly groups: readonly string[]
  /** Not `#private`: that would cost as much as the rest of the object. */
  private readonly names: readonly string[]
  private readonly values: readonly unknown[]

  constructor(key: Key, groups: readonly string[], names: readonly string[], values: readonly unknown[]) {
    this.key = key
    this.groups = groups
    this.names = names
    this.values = values
  }

  preview(): string {
    return previewCall(this.names, this.values)
  }
}

function addValue(encoder: CanonicalEncoder, step: KeyStep, value: unknown): void {
  let kept = value
  let node = step.node
  if (node?.rule) {
    try {
      kept = node.rule(value)
    } catch (cause) {
      throw new PersistError('KEY', `The key rule of ${step.name} threw: ${messageOf(cause)}`, { cause, path: step.name })
    }
    if (kept === DROPPED) return
    node = undefined
  }
  // A trailing `undefined` and a missing argument are the same to the function.
  encoder.write(step.tag)
  encoder.add(kept, step.name, node)
}

function addWhole(encoder: CanonicalEncoder, whole: (...args: any[]) => unknown, descriptor: Descriptor, values: readonly unknown[]): void {
  const args = descriptor.params.flatMap((name, index) => (name.startsWith('...') ? (values[index] as unknown[]) : [values[index]]))
  let kept: unknown
  try {
    kept = whole(...args)
  } catch (cause) {
    throw new PersistError('KEY', `The function in \`key\` threw: ${messageOf(cause)}`, { cause, path: 'key(…)' })
  }
  encoder.write('*=')
  encoder.add(kept, 'key(…)')
}

function addSelf(encoder: CanonicalEncoder, request: KeyRequest, kind: NonNullable<Descriptor['self']>): void {
  const { self } = request
  encoder.write('this=')
  if (kind === 'lexical' && self === globalThis) return encoder.write('g')
  if (kind === 'object' && typeof self === 'object' && self !== null) {
    encoder.write('O')
    return addData(encoder, self)
  }
  if (typeof self !== 'function') return encoder.add(self, 'this', instanceNode(request.descriptor))
  const fingerprint = request.known(self)
  if (fingerprint !== undefined) return encoder.write(`F${fingerprint};`)
  // A class of which only a static method is known: the method's own fingerprint holds what it reaches of it.
  encoder.write(`C${stringToken(self.name)}`)
  addData(encoder, self)
}

const WITHOUT_FUNCTIONS: PathNode = { rule: (value) => (typeof value === 'function' ? DROPPED : value) }
const UNCOUNTED: PathNode = { omit: true }
const instanceNodes = new WeakMap<Descriptor, PathNode>()

/** Leaves out what is code of the class itself, and what that only changes. */
export function instanceNode(descriptor: Descriptor): PathNode | undefined {
  const { methods = [], counters = [] } = descriptor
  if (methods.length + counters.length === 0) return undefined
  let node = instanceNodes.get(descriptor)
  if (!node) {
    const children = new Map([...methods.map((name) => [name, WITHOUT_FUNCTIONS] as const), ...counters.map((name) => [name, UNCOUNTED] as const)])
    instanceNodes.set(descriptor, (node = { children }))
  }
  return node
}

/** Compiled methods read the private fields of their own class themselves. Those of another class in the chain stay hidden. */
function seesPrivateState({ descriptor, self }: KeyRequest): boolean {
  const prototype: object | null | undefined = descriptor.seesPrivate && Object.getPrototypeOf(Object(self))
  return !!prototype && classInfo(prototype).hiding === 1
}

/** What an object holds beside its methods, whose code is in the fingerprint. */
function addData(encoder: CanonicalEncoder, self: object): void {
  for (const name of Object.keys(self).sort()) {
    const property = Object.getOwnPropertyDescriptor(self, name)!
    if (!('value' in property) || typeof property.value === 'function') continue
    encoder.write(stringToken(name))
    encoder.add(property.value, `this.${name}`)
  }
}

/** Values that are hashed once per process, by the capture that they stand at. */
const stableDigests = new WeakMap<CaptureDescriptor, { value: unknown; token: string }>()

/** What stands behind others counts where their code alone stands for one of them. */
function addCaptures(encoder: CanonicalEncoder, request: KeyRequest, captures: readonly CaptureDescriptor[]): void {
  if (addSome(encoder, request, captures, false)) addSome(encoder, request, captures, true)
}

/** Private fields of an object whose class says by `[persistKey]()` what counts of it are left out. Answers whether code stood for a value. */
function addSome(encoder: CanonicalEncoder, request: KeyRequest, captures: readonly CaptureDescriptor[], backing: boolean): boolean {
  const hook = findHook(Object(request.self))
  let stoodFor = false
  for (let i = 0; i < captures.length; i++) {
    const capture = captures[i]!
    if (!!capture.backing !== backing || (hook && capture.name.startsWith('this.#'))) continue
    const token = captureToken(capture, request.captures[i], request)
    stoodFor ||= token[0] === 'p'
    encoder.write(`${i}=${token}`)
  }
  return stoodFor
}

function captureToken(capture: CaptureDescriptor, value: unknown, request: KeyRequest): string {
  if (typeof value === 'string') return pathToken(value, request.projectPath)
  const scalar = scalarToken(value)
  if (scalar !== undefined) return scalar
  if (capture.stable) {
    const before = stableDigests.get(capture)
    if (before !== undefined && before.value === value) return before.token
  }
  const token = digestToken(capture, value, request)
  if (capture.stable) stableDigests.set(capture, { value, token })
  return token
}

function digestToken(capture: CaptureDescriptor, value: unknown, { known, onUnknownClass, onUntracked }: KeyRequest): string {
  const { name, provenance, open, members } = capture
  const cure = `Pass what counts of it in as a parameter, or vouch for it: untracked: ['${name}']`
  const digest = (opaqueFunctions?: true | 'text', node?: PathNode): string =>
    `#${canonicalHash(value, { known, plainOnly: provenance !== undefined, cure, onUnknownClass, opaqueFunctions }, name, node)}`
  try {
    return digest(undefined, members && { members })
  } catch (error) {
    if (provenance === undefined) throw error
    if (open || (typeof value === 'object' && !capture.told)) onUntracked?.(name, value!, cure)
    let data = ''
    try {
      // An object literal or Map that holds functions beside its data.
      if (open || typeof value === 'object') data = digest(open ? 'text' : true)
    } catch {
      // Code alone stands for it.
    }
    return `p${stringToken(provenance)}${data}`
  }
}

/** A captured path below the project's directory is the same in each clone. */
function pathToken(value: string, projectPath: string | undefined): string {
  if (projectPath !== undefined && value.length >= projectPath.length) {
    for (const root of [projectPath, pathToFileURL(projectPath).href]) {
      const rest = value.slice(root.length)
      if (value.startsWith(root) && (!rest || rest[0] === '/' || rest[0] === sep)) return `<project>${rest && stringToken(rest.replaceAll('\\', '/'))}`
    }
  }
  return stringToken(value)
}

/** `env` and `files`: further inputs that the user names. */
function addInputs(encoder: CanonicalEncoder, request: KeyRequest): void {
  const { env } = request.options
  const files = request.descriptor.files ? [...new Set([...request.descriptor.files, ...(request.options.files ?? [])])] : request.options.files
  if (env) for (const name of [...env].sort()) encoder.write(`e${stringToken(name)}${scalarToken(process.env[name])}`)
  if (files) for (const file of [...files].sort()) encoder.write(`f${stringToken(file)}${digestFile(file, request.projectPath)};`)
}
