import { isEnvironmentImport } from '../bindings/environments.ts'
import { itemsAt } from '../bindings/normal-text.ts'
import { ALL_ENV, ALL_META_ENV, COMPUTED_ENV, COMPUTED_META_ENV } from '../bindings/remarks.ts'
import type { Unit } from '../bindings/unit.ts'
import type { GraphNode } from './node.ts'
import type { Reach, ReachedCode } from './reach.ts'

/** Names of variables of an environment, by which one. */
export interface EnvironmentNames {
  env: Set<string>
  metaEnv: Set<string>
}

/** What reads variables under names that are computed, in normal form. */
const READS: readonly { list: keyof EnvironmentNames; remark: string; pattern: RegExp }[] = [
  { list: 'env', remark: COMPUTED_ENV, pattern: /member\(member\(global process\."env"\)\??\.\[(.+?)\]\)/g },
  { list: 'metaEnv', remark: COMPUTED_META_ENV, pattern: /member\(member\(import\.meta\."env"\)\??\.\[(.+?)\]\)/g },
]

/** `process.env`, and `process.env ?? {}` or `isNode ? process.env : {}`. */
const ALIAS = /^(?:(?:LogicalExpression (?:\?\?|\|\|)|ConditionalExpression)\(.*)?member\((?:(global (?:process|Bun))|import\.meta)\."env"\)(?:;(?:ObjectExpression\(\[\]\);)?\))?$/

/** The environment that a variable of some initialiser is another name for. */
export function aliasedEnvironment({ text, refs, untracked }: Unit): keyof EnvironmentNames | undefined {
  // `import { env } from 'node:process'`, `const { env } = process` of an imported `process`
  if (text === 'R0' && isEnvironmentImport(refs[0]!)) return 'env'
  const match = untracked.some(({ what }) => what === ALL_ENV || what === ALL_META_ENV) && ALIAS.exec(text)
  return match ? (match[1] === undefined ? 'metaEnv' : 'env') : undefined
}

const LITERAL = /^"(?:[^"\\]|\\.)*"$/

/** Finds the names of variables that functions get from those who call them: `required('API_KEY')` over `process.env[name]`. */
export class GivenNames {
  /** By the code that gives them. */
  readonly names: Map<Unit, EnvironmentNames> = new Map()
  /** What needs no telling of some code, since all names are known. */
  readonly followed: Map<Unit, Set<string>> = new Map()
  readonly #codes: readonly ReachedCode[]

  constructor(reach: Reach, codes: () => readonly ReachedCode[]) {
    const isAsked = reach.units.some(({ unit }) => unit.untracked.some(({ what }) => READS.some(({ remark }) => remark === what)))
    this.#codes = isAsked ? codes() : []
    for (const code of this.#codes) for (const read of READS) this.#follow(code, read)
  }

  /** Takes note of what is read of an environment by another name for it: nothing where it may be all. */
  addAlias(unit: Unit, members: ReadonlySet<string> | undefined): void {
    const list = aliasedEnvironment(unit)
    if (!list || !members) return
    for (const name of members) this.#namesOf(unit)[list].add(name)
    this.#noteFollowed(unit, list === 'env' ? ALL_ENV : ALL_META_ENV)
  }

  #noteFollowed(unit: Unit, remark: string): void {
    const told = this.followed.get(unit)
    if (told) told.add(remark)
    else this.followed.set(unit, new Set([remark]))
  }

  #follow({ unit, node }: ReachedCode, { list, remark, pattern }: (typeof READS)[number]): void {
    const reads = unit.untracked.filter(({ what }) => what === remark).length
    if (reads === 0 || node === undefined) return
    const computed = [...unit.text.matchAll(pattern)].map((match) => computedName(match[1]!))
    const given = computed.map(({ name }) => this.#givenTo(node, parameterOf(unit, name)))
    if (computed.length !== reads || given.includes(undefined)) return
    computed.forEach(({ before, after }, index) => {
      for (const [giver, names] of given[index]!) for (const name of names) this.#namesOf(giver)[list].add(`${before}${name}${after}`)
    })
    this.#noteFollowed(unit, remark)
  }

  #namesOf(unit: Unit): EnvironmentNames {
    let names = this.names.get(unit)
    if (!names) this.names.set(unit, (names = { env: new Set(), metaEnv: new Set() }))
    return names
  }

  /** What a function gets for one of its parameters, by who gives it, and through those that hand on a parameter of their own; nothing where it may be anything. */
  #givenTo(fn: GraphNode, given: number | undefined): Map<Unit, Set<string>> | undefined {
    const found = new Map<Unit, Set<string>>()
    const seen = new Set<string>()
    const open = [{ fn, parameter: given }]
    for (let next = open.pop(); next; next = open.pop()) {
      const { fn: callee, parameter } = next
      if (parameter === undefined) return undefined
      const place = `${callee.file}\0${callee.name}\0${parameter}`
      if (seen.has(place)) continue
      seen.add(place)
      let isCalled = false
      for (const { unit, nodes, node } of this.#codes) {
        for (let index = 0; index < unit.refs.length; index++) {
          if (nodes[index] !== callee) continue
          isCalled = true
          const args = argumentsOf(unit.text, index, parameter)
          if (!args) return undefined
          for (const arg of args) {
            // `const KEY = 'URL'`
            const text = arg.startsWith('R') ? (nodes[Number(arg.slice(1))]?.unit?.text ?? '') : arg
            if (LITERAL.test(text)) {
              const names = found.get(unit)
              if (names) names.add(JSON.parse(text) as string)
              else found.set(unit, new Set([JSON.parse(text) as string]))
            } else if (node === undefined) return undefined
            else open.push({ fn: node, parameter: parameterOf(unit, arg) })
          }
        }
      }
      if (!isCalled) return undefined
    }
    return found
  }
}

/** What stands before and behind a parameter in a name: `process.env[`APP_${name}`]`, `process.env['APP_' + name]`. */
function computedName(text: string): { before: string; name: string; after: string } {
  const [, start, inTemplate, end] = /^template\(("(?:[^"\\]|\\.)*"),(L\d+),("(?:[^"\\]|\\.)*"),\)$/.exec(text) ?? []
  if (inTemplate !== undefined) return { before: JSON.parse(start!) as string, name: inTemplate, after: JSON.parse(end!) as string }
  const [, left, inSum] = /^BinaryExpression \+\(("(?:[^"\\]|\\.)*");(L\d+);\)$/.exec(text) ?? []
  return inSum === undefined ? { before: '', name: text, after: '' } : { before: JSON.parse(left!) as string, name: inSum, after: '' }
}

/** Which parameter a name in a function's normal form is, if it keeps the value that it got. */
function parameterOf({ text }: Unit, name: string): number | undefined {
  const head = /^(?:async )?(?:function|=>)\*?\(/.exec(text)?.[0]
  if (head === undefined || !/^L\d+$/.test(name)) return undefined
  if (new RegExp(`(?:assign [^(]*|UpdateExpression[^(]*)\\(${name}(?!\\d)`).test(text)) return undefined
  const parameter = itemsAt(text, head.length, ',').findIndex((item) => item === name || item.startsWith(`AssignmentPattern(${name};`))
  return parameter < 0 ? undefined : parameter
}

/** What each call of a reference gives for one parameter; nothing where the reference is used for anything else. */
function argumentsOf(text: string, index: number, parameter: number): string[] | undefined {
  const found: string[] = []
  for (const { index: at } of text.matchAll(new RegExp(`(?<![\\w"])R${index}(?![\\d])`, 'g'))) {
    const after = at + `R${index}`.length
    const isCalled = text.endsWith('call(', at) && text[after] === ','
    const argument = isCalled ? itemsAt(text, after + 1, ',')[parameter] : undefined
    if (argument === undefined || !(LITERAL.test(argument) || /^[LR]\d+$/.test(argument))) return undefined
    found.push(argument)
  }
  return found
}
