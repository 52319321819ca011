import { ALL_ENV, COMPUTED_ENV } from '../bindings/remarks.ts'
import type { SideEffect } from '../bindings/side-effects.ts'
import type { RootAnalysis } from '../graph/root.ts'
import { locate } from '../syntax/place.ts'
import type { CompileWarning } from '../types.ts'
import type { Diagnostics } from './diagnostics.ts'
import { messageAt } from './diagnostics.ts'

export interface ReportPlace {
  /** The function's name, for people. */
  name: string
  diagnostics: Diagnostics
  /** The module that the function stands in. */
  file: string
  /** A module's text. */
  read(file: string): string
  /** A module's name, as identities have it. */
  nameOf(file: string): string
  /** Where the function stands in it. */
  start: number
  /** What the function does beside returning a value. */
  effects: readonly SideEffect[]
  /** It returns no value. */
  isIdle: boolean
}

/** What a function with `outFile` is for. */
const FILE_WRITES = /^(?:fs(?:\/promises)?|fs-extra|graceful-fs)\.(?:promises|output\w+|ensure\w+|writeJ\w+|mkdirs|mkdirp|copy|move|remove|emptyDir|write|writev|writeFile|appendFile|mkdir|cp|copyFile|createWriteStream|rename|rm|rmdir|unlink|link|symlink|truncate|open|close|fsync)(?:Sync)?$/

/** Tells of what can't be followed, and of what makes results differ, unless the user has vouched for it: of each once, where it is met first. */
export function reportRemarks(analysis: RootAnalysis, options: Readonly<Record<string, unknown>>, { name, diagnostics, file: own, start: ownStart, read, nameOf, effects, isIdle }: ReportPlace): void {
  const add = (code: CompileWarning['code'], file: string, start: number, what: string, cure: string): void => {
    const text = read(file)
    diagnostics.add({ code, ...messageAt(text, locate(text, file, start), what, cure) })
  }
  const vouched = new Set(Array.isArray(options.untracked) ? (options.untracked as string[]) : [])
  // Those that count are named.
  if (Array.isArray(options.env) && options.env.length > 0) for (const what of [COMPUTED_ENV, ALL_ENV]) vouched.add(what)
  for (const { what, file, start, declaredIn } of analysis.untracked) {
    const short = what.replace(/^.*#/, '')
    if (vouched.has(what) || vouched.has(short)) continue
    vouched.add(what)
    add('UNTRACKED', file, start, `\`${name}\` depends on what can't be tracked: ${what}`, `Results stay as they are when it changes. ${cureOf(what, declaredIn)}, or vouch for it: { untracked: ['${short}'] }`)
  }
  for (const { specifier, importer } of analysis.unresolved) {
    if (vouched.has(specifier)) continue
    vouched.add(specifier)
    add('RESOLVE', importer, Math.max(0, read(importer).indexOf(specifier)), `'${specifier}' can't be resolved, so \`${name}\` is not followed into it`, `Check the path, or vouch for it: { untracked: ['${specifier}'] }`)
  }
  for (const { file, why } of analysis.unread) {
    const what = nameOf(file)
    if (vouched.has(what)) continue
    vouched.add(what)
    add('SYNTAX', file, 0, `\`${name}\` depends on this file, which can't be read as JavaScript or TypeScript: ${why}`, `Its whole text counts; what it imports does not. Make it readable, or vouch for it: { untracked: ['${what}'] }`)
  }
  for (const { what, file, start } of analysis.differing) {
    if (vouched.has(what)) continue
    vouched.add(what)
    add('NEVER_HITS', file, start, `\`${what}\` is another value in each process, so \`${name}\`, which reads it, never finds its results again`, `Pass what counts in as a parameter instead, or silence this: { untracked: ['${what}'] }`)
  }
  if (options.impure === true) return
  const given = Array.isArray(options.impure) ? (options.impure as string[]) : []
  const acknowledged = new Set(given)
  const reached = new Set([...analysis.impure.flatMap(({ what }) => [what, shortOf(what)]), ...effects.map(({ what }) => what)])
  const unknown = given.filter((name) => !reached.has(name))
  /** A name that silences nothing was most likely meant for what is told of. */
  const acknowledge = (what: string): string =>
    `acknowledge it: { impure: ['${what}'] }${unknown.length === 0 ? '' : `. Nothing that it reaches goes by ${unknown.map((name) => `'${name}'`).join(', ')}, which \`impure\` names`}`
  for (const { what, file, start } of analysis.impure) {
    if (acknowledged.has(what) || acknowledged.has(shortOf(what)) || (options.outFile !== undefined && FILE_WRITES.test(what))) continue
    acknowledged.add(what)
    add('IMPURE', file, start, `\`${name}\` reaches ${what}, which differs from call to call or lies outside the program`, `A stored result keeps what it gave the first time. Pass it in as a parameter, or ${acknowledge(what)}`)
  }
  for (const { what, does, start } of effects) {
    // What is left out of the key is known to be there for what it does.
    if (acknowledged.has(what) || (does === 'calls' && isLeftOut(what, options))) continue
    acknowledged.add(what)
    if (does === 'calls') add('IMPURE', own, start, `\`${name}\` calls \`${what}\`, which a hit does not`, `Return what it is to know, leave it out of the key: { skip: ['${what}'] }, or ${acknowledge(what)}`)
    else if (does === 'asks') add('IMPURE', own, start, `\`${name}\` asks whether \`${what}\` may be changed, which makes no difference to a hit`, `Decide by what is in it, or ${acknowledge(what)}`)
    else add('IMPURE', own, start, `\`${name}\` changes \`${what}\`, which a hit leaves as it is`, `Return what is to change, or ${acknowledge(what)}`)
  }
  if (isIdle && reached.size === 0 && given.length === 0 && options.outFile === undefined) {
    add('IMPURE', own, ownStart, `\`${name}\` gives nothing back, so that a hit does nothing at all`, 'Return what it is for, or acknowledge it: { impure: true }')
  }
}

function cureOf(what: string, declaredIn: string | undefined): string {
  if (what === COMPUTED_ENV || what === ALL_ENV) return 'Name the variables that count: { env: [\'…\'] }; pass it in as a parameter'
  return declaredIn === undefined ? 'Pass it in as a parameter' : `Put // @persist-track above its declaration in ${declaredIn}, so that its value counts; pass it in as a parameter`
}

function isLeftOut(name: string, { skip, key }: Readonly<Record<string, unknown>>): boolean {
  if (Array.isArray(skip) && skip.includes(name)) return true
  return typeof key === 'function' || (typeof key === 'object' && key !== null && name in key)
}

/** `fs.readFile` as code calls it that imports the name: `readFile`. */
function shortOf(what: string): string {
  return what.replace(/^.*\./, '')
}
