import type { LiteralFunctionOptions, ProjectDefaults } from './config/options.ts'

/**
 * The version of {@link Descriptor}. Compiled code carries the one it was made with, so that a runtime
 * can tell when it meets code of another version and run the function uncached.
 */
export const DESCRIPTOR_VERSION = 1

/**
 * Which project a module belongs to, in terms that are the same in every clone: nothing here is an
 * absolute path. The runtime finds the project's directory from it.
 */
export interface ProjectIdentity {
  /** The name in the nearest named `package.json` above the module. */
  name: string
  /** Where that directory lies, relative to the workspace's or repository's root, `/` on every OS, `''` for the root itself. */
  at: string
}

/** A variable that the function reads and that its code doesn't fix. Its value stands at the same place in the thunk's result. */
export interface CaptureDescriptor {
  /** As a user would write it: `limit`, `process.env.API_URL`, `this.#state`. */
  name: string
  /**
   * Stands for the value where that is no plain data (a client, a socket, a class instance): the
   * fingerprint of its initialiser and writers. Without it such a value makes the key fail.
   */
  provenance?: string
  /** Nothing is to be said where its value is no data: it was said by the compiler, or an object literal with functions is all that it is. */
  told?: true
  /** Counts only where `provenance` stands for another's value: it is what that was made of. */
  backing?: true
  /** Other functions put things into it that the compiler doesn't see: functions there count by their text. */
  open?: true
  /** All that is read of it, where it is an object without a class. */
  members?: readonly string[]
  /** Proven neither written nor escaping: hashed once per process. */
  stable?: true
}

/**
 * What the compiler tells the runtime of one function. The only thing that the two share.
 */
export interface Descriptor {
  /** {@link DESCRIPTOR_VERSION} */
  v: number
  /** Path from the project's root with extension, `/` on every OS: `src/pipeline/train.ts`. */
  module: string
  /** Scope path: `train`, `default`, `Repo.load`, `Repo#load`, `models.linear.fit`, `outer/inner`, `main/rows.map`, `train~2`. */
  name: string
  /** Hash over the normalised code of the function and of all that it reaches: 32 hexadecimal digits. */
  fingerprint: string
  project: ProjectIdentity
  /**
   * A name for each effective value that a call passes, in the order in which they are passed: parameters and what
   * destructured parameters bind. `...rest` for a rest parameter, `...arguments` where the body reads `arguments`.
   */
  params: readonly string[]
  /** The order in which the values enter the key, as indices into `params`. Left out: as passed. */
  order?: readonly number[]
  captures?: readonly CaptureDescriptor[]
  /** Files that the code reads by a fixed path, from the project's root with `/`: their content is part of the key. */
  files?: readonly string[]
  /** Whether `this` is part of the key, and what it is: an instance, a class (static method), an object literal with methods
   * (whose code is in the fingerprint, so that only its data counts), or the `this` around an arrow function. */
  self?: 'instance' | 'static' | 'object' | 'lexical'
  /** Fields of an instance that hold functions of its class's own text, which is in the fingerprint: as data they don't count. */
  methods?: readonly string[]
  /** Fields of an instance that its class only changes and never reads: no part of the key. */
  counters?: readonly string[]
  /** The class that the method stands in has private members, and its private state, if any, is among the captures. */
  seesPrivate?: true
  /** Declared `async`. */
  async?: true
  /** The `persist()` form around a function that stands elsewhere: values are the arguments as passed, nothing is bound. */
  wrapped?: true
  /**
   * What the fingerprint was made of, for the manifest that answers "why did it run again?":
   * `src/b.ts#helper 1a2b3c4d,other 5e6f7a8b` (bindings of a module and the first digits of their hashes; `src/b.ts#* 1a2b3c4d` for all of
   * them), `lodash@4.17.21#chunk`.
   */
  dependencies?: readonly string[]
  /** The options of the mark, or the literal ones of `persist()`. */
  options?: LiteralFunctionOptions
  /** Options of the project's config, where they differ from the built-in ones. */
  defaults?: ProjectDefaults
}

/**
 * Pairs of a function or class that the compiled function reaches and its fingerprint, flattened.
 * Lets the runtime key instances and function arguments by code instead of by name.
 */
export type KnownCode = readonly (unknown)[]
