import type { Binding } from '../syntax/scope.ts'
import type { FileInput } from './file-inputs.ts'

/** The specifier by which a CommonJS module means itself. */
export const OWN_MODULE = ''

/** In the place of an export's name: all that a module does when it is started as a program of its own. */
export const PROGRAM = '**'

/** In the place of an export's name: that a module is evaluated, and nothing of it. */
export const EVALUATION = '***'

/** What a piece of code refers to outside itself, in the order of first use. `written`: it only changes it, as a counter, and reads nothing of it. */
export type Reference =
  /** A top-level name of the same module; `member` where only that static member is named. */
  | { kind: 'top'; name: string; member?: string; written?: true }
  /** An import: `name` is an export's name, `default`, `*` for the namespace, {@link PROGRAM} or {@link EVALUATION}; `optional` where it may mean no module. */
  | { kind: 'import'; from: string; name: string; member?: string; optional?: true; written?: true }
  /** A variable or function of an enclosing function. Only in units made for a marked function. */
  | { kind: 'inner'; binding: Binding; written?: true }

/** What does not depend on where in its module it stands. */
export type OuterReference = Exclude<Reference, { kind: 'inner' }>

/** Kinds of syntax whose meaning is a matter of the project's settings. */
export type Dialect = 'jsx' | 'fields' | 'decorators'

/** Something about a piece of code that a person should know, and where it stands. */
export interface Remark {
  what: string
  /** Offset into the module's text. */
  start: number
  /** It happens when the code around it is evaluated, not in a function that may run later. */
  atOnce?: true
  /** A function that differs from call to call is named, and called elsewhere. */
  named?: true
}

/**
 * A piece of code in normal form: all that its meaning depends on and nothing else, with `R0`, `R1`, … where it
 * refers to something outside itself.
 */
export interface Unit {
  text: string
  refs: Reference[]
  /** `process.env` variables that it reads by name. */
  env: string[]
  /** `import.meta.env` variables that it reads by name. */
  metaEnv: string[]
  /** Free names that neither the language nor the platform defines. */
  globals: string[]
  /** Facts of the platform that it reads: `process.platform`, `locale`. */
  platform: string[]
  /** Files that it reads by a fixed path: their content belongs to the key. */
  files: FileInput[]
  /** References whose declared name the code can see (`Foo.name`), as indices into `refs`. */
  namesSeen: number[]
  /** It reads `.name` of what may be any function or class. */
  readsNames: boolean
  /** References to functions and classes that may come to such a place, as indices into `refs`. */
  handed: number[]
  /** Names of its own functions and classes that may. */
  handedNames: string[]
  /** Names of classes that are declared in it. */
  classNames: string[]
  /** It reads `.constructor`, `new.target` or a class's own `this.name`: the names of all reached classes count. */
  reflects: boolean
  /** References whose source text the code can see (`fn.toString()`), as indices into `refs`. */
  sourcesSeen: number[]
  /** Syntax that the project's settings give its meaning. */
  dialects: Dialect[]
  /** What decorators of its classes may be told of types. */
  decoratedTypes: string
  /** What can't be followed: computed imports, `eval`. */
  untracked: Remark[]
  /** What makes a result differ from call to call, or does something beside returning it. */
  impure: Remark[]
}
