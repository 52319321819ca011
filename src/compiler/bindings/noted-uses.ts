import type { Node } from '@babel/types'
import type { Use } from '../syntax/uses.ts'
import { giverOf, isEmptying, isFilling, isReading, looksUp, methodAround, staticFields, staticUses } from './class-statics.ts'
import { byName, type ModuleRecord, type Static } from './module-record.ts'
import { namespaceStates } from './namespace-states.ts'
import type { ModuleContext } from './normalize.ts'
import { changesContent, passOf } from './passes.ts'
import { initKind, type PurityContext } from './pure.ts'
import type { UnitUses } from './unit-uses.ts'
import { isOwnMethod, restores } from './variables.ts'

/** Notes what a module's functions and classes do to what they import. */
export function noteImportUses(record: ModuleRecord, context: ModuleContext, units: UnitUses): void {
  for (const [name, target] of context.imports) {
    for (const use of context.scopes.module.bindings.get(name)?.uses ?? []) {
      const member = target.name === '*' && use.member !== undefined ? { member: use.member } : {}
      const writer = units.writerAt(name, use)
      if (writer) record.importWrites.push({ name, ...writer, ...member })
      const teller = writer ? undefined : units.tellerAt(name, use, target.name === '*')
      if (teller) record.importTold.push({ name, ...teller, ...member })
    }
  }
}

/**
 * Notes what a module's code does to its variables.
 *
 * @param codeOf the code of units that may be objects or classes
 */
export function noteVariableUses(record: ModuleRecord, context: ModuleContext, units: UnitUses, codeOf: ReadonlyMap<string, Node>): void {
  for (const [name, variable] of Object.entries(record.variables)) {
    const binding = context.scopes.module.bindings.get(name)
    if (!binding) continue
    for (const use of binding.uses) {
      const isChange = use.writes || (changesContent(use) && !isOwnMethod(use, variable.methods))
      const teller = variable.instanceOf && !isChange ? units.tellerAt(name, use) : undefined
      if (teller) variable.told.push(teller)
      if (!(isChange || use.passedTo) || restores(use, binding.declaration)) continue
      const writer = units.unitAt(use.node.start!)
      if (writer === undefined) continue
      if (!variable.later.includes(writer) && units.isLater(use)) variable.later.push(writer)
      const holder = isChange && writer !== name ? codeOf.get(writer) : undefined
      if (holder) ((variable.writingMethods ??= byName())[writer] ??= []).push(methodAround(holder, use.node))
      if (writer === name || variable.writers.includes(writer)) continue
      if (isChange) variable.writers.push(writer)
      else if (!writer.startsWith('effect:')) {
        const { callee, index } = passOf(name, use, context)
        if (callee) variable.handed.push({ writer, callee, index })
      }
    }
  }
}

/** Notes the properties of functions and classes that hold values, and what a module's code does to them. */
export function noteStatics(record: ModuleRecord, context: ModuleContext, purity: PurityContext, units: UnitUses): void {
  for (const [name, kind] of Object.entries(record.kinds)) {
    // `const Config = class { … }`, `const price = () => …`
    const isCode = kind === 'function' || kind === 'class' || kind === 'namespace' || kind === 'enum' || (record.variables[name]?.init === 'code' && !record.variables[name].reassigned)
    const binding = isCode ? context.scopes.module.bindings.get(name) : undefined
    if (!binding || (kind === 'function' && !binding.more && binding.uses.every(isPlain))) continue
    const statics = byName<Static>()
    const initial = new Map(staticFields(binding.declaration))
    for (const [field, value] of initial) {
      const giver = field.startsWith('#') ? giverOf(binding.declaration, name, field) : undefined
      statics[field] = { isContainer: !!value && initKind(value, purity) === 'data', writes: [], reads: [], isFilledIn: false, ...(giver ? { giver } : {}) }
    }
    for (const [variable, state] of namespaceStates(binding, context.scopes, purity)) statics[variable] = state
    for (const use of binding.uses) {
      const writer = use.member === undefined ? units.writerAt(name, use) : undefined
      if (writer) (record.staticWriters[name] ??= []).push({ ...writer, start: use.node.start! })
    }
    const all = staticUses(binding.declaration, name, binding.uses, context.scopes)
    for (const found of all) {
      const { use, by, byThis } = found
      const member = use.member!
      const start = use.node.start!
      if (isReading(found) && (byThis || member.startsWith('#'))) {
        const field = (statics[member] ??= { isContainer: false, writes: [], reads: [], isFilledIn: false, foreign: true })
        field.reads.push({ method: by, start, byThis })
      }
      if (!changesContent(use) || (initial.has(member) && isEmptying(found, initial.get(member)))) continue
      delete statics[member]?.foreign
      const field = (statics[member] ??= { isContainer: use.method !== undefined, writes: [], reads: [], isFilledIn: false })
      const writer = units.unitAt(start)
      if (writer === undefined) continue
      if (use.givenMethod) field.isMethod = true
      field.isFilledIn = isFilling(found) && (field.writes.length === 0 || field.isFilledIn)
      field.writes.push({ writer, start, ...(by === '' || looksUp(found, all) ? {} : { method: by }), ...(writer.startsWith('effect:') && units.isLater(use) ? { later: true } : {}) })
      if (use.counts && all.every((other) => other.use.member !== member || (other.use.counts && other.by === '' && units.unitAt(other.use.node.start!) === name))) field.isCounter = true
    }
    if (Object.keys(statics).length > 0) record.statics[name] = statics
  }
}

/** A function is called, or stands for itself: nothing is read or changed of it. */
function isPlain({ member, passedTo, writes, mutates }: Use): boolean {
  return member === undefined && passedTo === undefined && !writes && !mutates
}
