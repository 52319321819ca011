import type { Binding } from '../syntax/scope.ts'
import type { Changes } from './changes.ts'
import type { ImportTarget } from './normalize.ts'
import type { ParameterChange } from './passes.ts'
import type { InitKind } from './pure.ts'
import type { OuterReference, Unit } from './unit.ts'

/** A property of a function or class itself that holds a value which may change: `Config.limit`. */
export interface Static {
  /** It began as an object, array, Map or the like. */
  isContainer: boolean
  /**
   * Where the module writes to it, and the unit that does: the name of a top-level binding, or `effect:2`. A static method of its class
   * that only puts something into it is named: `static register(name, make) { this.#all.set(name, make) }`. Of a statement it is said
   * that it does so later.
   */
  writes: { writer: string; start: number; method?: string; later?: true }[]
  /** Where members of its class read it: by `this`, or of a private one by any name. A static method is named. */
  reads: { method: string; start: number; byThis: boolean }[]
  /** It is no field of this class: a method that is read by `this`, or what the class inherits. */
  foreign?: true
  /** What gives a private one, behind the name of its class: `limit`, `getLimit()`. */
  giver?: string
  /** It is given a value where there was none yet. */
  isFilledIn: boolean
  /** It is a variable of a namespace that doesn't export it. */
  hidden?: true
  /** It is given a function. */
  isMethod?: true
  /** Only instances count it up as they are made or used, and nothing else of the module asks for it: `id = Task.made++`. */
  isCounter?: true
}

/** A unit that changes what a name stands for: itself, or by handing it to a function that may. */
export interface Writer {
  /** The name of a top-level binding. */
  writer: string
  by?: { callee: OuterReference; index: number }
}

/** A method of an object, or a static one of a class, and where it stands. */
export interface Method {
  name: string
  start: number
  end: number
}

/** A unit that calls a method on what a name stands for. Where that is an instance its class says whether it is changed by that. */
export interface Teller {
  writer: string
  method: string
}

/** What is known of a top-level class beside its normal form. */
export interface Class {
  /** Methods that change their instance. */
  changing: string[]
  /** Static ones that change the class. */
  changingClass: string[]
  base?: OuterReference
}

/** What is known of a top-level variable beside its initialiser's normal form. */
export interface Variable {
  init: InitKind
  frozen: boolean
  exported: boolean
  /** It gets another value after its declaration. */
  reassigned: boolean
  /** Something beneath it is changed. */
  mutated: boolean
  /** It may be changed by code that can't be seen from here. */
  escapes: boolean
  /** Whatever is read from it is thrown away (a logger). */
  onlyDropped: boolean
  /** All writes to it happen where nothing was there yet (a lazily made client), or take away what such a one has given. */
  onlyFilledIn: boolean
  /** All that it is given are containers of what is written out there, or nothing. */
  onlyContainers: boolean
  /** What a call puts there another one finds and gives: `history.push(x); return history.join()`. */
  accumulates?: true
  /** Marked with `@persist-track`: other modules' functions read it by value. */
  tracked?: true
  /** Units of this module that write to it: names of top-level bindings, or `effect:2`. */
  writers: string[]
  /** Of those that are objects or classes the methods that do: `{ set(n) { limit = n } }`. Nothing of one that does so elsewhere, too. */
  writingMethods?: Record<string, (Method | undefined)[]>
  /** Units that write to it or hand it to a function later than when the module is evaluated. */
  later: string[]
  /** Those that hand it to a function, which may write to it. */
  handed: { writer: string; callee: OuterReference; index: number }[]
  /** Those that call a method on it, where it is an instance. */
  told: Teller[]
  /** Its class, where it is made by `new`. */
  instanceOf?: OuterReference
  /** Methods of an object that is written out which have no `this`, and stay what they are. */
  methods?: readonly string[]
  /** Those of an object that is written out which have units of their own. */
  members?: string[]
  /** Top-level names that its initialiser calls a method on, or constructs something with: `const users = app.route('/users')`. */
  madeFrom?: string[]
}

/** A top-level statement that is no declaration. */
export interface Effect extends Unit, Changes {
  /** It is a variable's initialiser, or a class. */
  initialises?: true
  /** It runs no other code. */
  quiet?: true
  /** The variable that it only gives a value. */
  keeps?: string
  /** Decorators in it are there for what they do: `@Command('add') class Add {}`. */
  decorates?: true
  start: number
}

export type Export =
  | { kind: 'local'; name: string }
  | { kind: 'from'; from: string; name: string }

/** All that the fingerprint needs of one module; plain data, so that it can be kept. */
export interface ModuleRecord {
  /** A unit per top-level binding; `E.A` for an enum's members. */
  units: Record<string, Unit>
  kinds: Record<string, Binding['kind']>
  variables: Record<string, Variable>
  imports: Record<string, ImportTarget>
  exports: Record<string, Export>
  /** `export * from` */
  stars: string[]
  /** Specifiers of modules that are evaluated before this one. */
  evaluated: string[]
  /** Those of imports of which nothing here is used but types, which TypeScript may leave out. */
  unused: string[]
  /** Specifiers that are required, and not imported. */
  required: string[]
  /** Imported names that functions and classes of this module change something of. */
  importWrites: (Writer & { name: string; member?: string })[]
  /** Imported names on which functions and classes of this module call methods. */
  importTold: (Teller & { name: string; member?: string })[]
  /** For top-level functions and classes what changes any property of theirs: `Object.assign(Config, to)`, `fill(Config, to)`. */
  staticWriters: Record<string, (Writer & { start: number })[]>
  /** Imports of which only methods are called whose values are thrown away (a logger), as `from\0name`. */
  dropped: string[]
  effects: Effect[]
  /** For top-level functions the parameters that they change. */
  changes: Record<string, ParameterChange[]>
  classes: Record<string, Class>
  /** For top-level functions and classes the properties that hold values, by name. */
  statics: Record<string, Record<string, Static>>
  /** It may be CommonJS: it has no syntax of modules, or `exports.x = …`, `module.exports = …`. */
  commonJs: boolean
  /** Beside what `module.exports` is, members are put onto it. */
  extendsExports: boolean
  /** What CommonJS gives away is put together by functions or under other names, so that there is no telling what belongs to it. */
  givesIndirectly: boolean
  /** The text did not parse. */
  broken?: string
}

export function emptyRecord(): ModuleRecord {
  return { units: byName(), kinds: byName(), variables: byName(), imports: byName(), exports: byName(), stars: [], evaluated: [], unused: [], required: [], importWrites: [], importTold: [], dropped: [], effects: [], changes: byName(), classes: byName(), statics: byName(), staticWriters: byName(), commonJs: false, extendsExports: false, givesIndirectly: false }
}

/** By names of a user's, of which `constructor` and `toString` may be some. */
export function byName<T>(): Record<string, T> {
  return Object.create(null) as Record<string, T>
}
