import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, posix } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { createCompiler } from '../../src/compiler/index.ts'
import { configure } from '../../src/index.ts'
import * as runtime from '../../src/runtime/index.ts'
import { Random } from '../judge/random.ts'
import { link, memoryHost, ROOT, strip } from './support.ts'

/**
 * Projects that nobody wrote, with state of all kinds, are edited again and again over one store. After each edit they do what they do
 * without the cache, or it was said of something that it can't be tracked; and a second run computes nothing.
 */

interface Kind {
  /** Who uses it does so in one of these ways. `$` is its name, `E` any expression. */
  as: keyof typeof USES
  /** What declares it: `K` is any literal, `N` any digit. */
  code: string
  /** What a function that nothing else calls may do to it; `v` is its argument. */
  sets?: string[]
}

const USES = {
  value: ['$'],
  object: ['$.x', '$.list.length', '$.list.join()', '$.deep.y', 'JSON.stringify({ ...$, q: E })'],
  list: ['$.length', '$.map((y) => y + x).join()', '$.at(-1)', '$.includes(x)'],
  map: ['$.get("k")', '$.size', '$.has("z")'],
  fn: ['$(E)', '[1, 2].map($).join()'],
  maker: ['$(E)(E)'],
  steps: ['[...$(E)].join()'],
  steppers: ['$.map((f) => f(E)).join()'],
  class: ['new $(E).m(E)', '$.s', '$.st(E)', 'new $(E).g', '$.name.length'],
  instance: ['$.m(E)', '$.n', '$.g'],
  methods: ['$.a(E)', '$.b(E)'],
  cell: ['$.v'],
  numbers: ['$.A', '$[$.B]', 'Object.keys($).length'],
}

/** Failures aren't stored, so that nothing fails. */
const body = (values: string): string => `{ console.error("computed"); try { return [${values}] } catch (error) { return [error.message] } }`

const KINDS: Record<string, Kind> = {
  constant: { as: 'value', code: 'export const $ = K' },
  computed: { as: 'value', code: 'export const $ = (() => { const x = K; return E })()' },
  variable: { as: 'value', code: 'export let $ = K', sets: ['$ = v'] },
  destructured: { as: 'value', code: 'const all_$ = { p: K }\nexport const { p: $ } = all_$' },
  object: { as: 'object', code: 'export const $ = { x: K, list: [K, N], deep: { y: K } }', sets: ['$.list.push(v)', '$.x = v', '$.deep.y = v', 'Object.assign($, { x: v })'] },
  hidden: { as: 'object', code: 'const raw_$ = { x: K, list: [K], deep: { y: N } }\nexport const $ = Object.freeze({ get x() { return raw_$.x }, list: raw_$.list, deep: raw_$.deep })', sets: ['raw_$.x = v', 'raw_$.list.push(v)'] },
  list: { as: 'list', code: 'export const $ = [N, N]', sets: ['$.push(v)', '$[0] = v', '$.length = 0'] },
  map: { as: 'map', code: 'export const $ = new Map([["k", K]])', sets: ['$.set("k", v)', '$.set("z", v)', '$.clear()'] },
  fn: { as: 'fn', code: 'export function $(x) { if (x === N) return E; return E }' },
  arrow: { as: 'fn', code: 'export const $ = (x, y = E) => [y, E].join()' },
  optioned: { as: 'fn', code: 'const opts_$ = { limit: K, f: (x) => E }\nexport function $(x, { limit, f } = opts_$) { return [limit, f(x)].join() }', sets: ['opts_$.limit = v'] },
  memo: { as: 'fn', code: 'const memo_$ = new Map()\nexport function $(x) { if (!memo_$.has(x)) memo_$.set(x, [x, K].join()); return memo_$.get(x) }', sets: ['memo_$.clear()', 'memo_$.delete(v)'] },
  lazy: { as: 'fn', code: 'let made_$\nexport function $(x) { made_$ ??= { a: K }; return [made_$.a, E].join() }', sets: ['made_$ = undefined'] },
  registry: { as: 'fn', code: 'const all_$ = []\nexport const $ = (x) => all_$.map((f) => f(x)).join() + E\nall_$.push((x) => E)', sets: ['all_$.push((x) => [x, "+"].join(v))'] },
  mutual: { as: 'fn', code: 'export function $(x, d = 2) { return d === 0 ? E : more_$(x, d - 1) }\nfunction more_$(x, d) { return d === 0 ? E : $(x, d - 1) + K }' },
  nested: { as: 'fn', code: 'export const $ = (x) => { const inner = (y) => { const x = y; return E }; class L { m(x) { return E } } return [inner(x), new L().m(x)].join() }' },
  generator: { as: 'steps', code: 'export function* $(x) { yield E; yield* [E] }' },
  maker: { as: 'maker', code: 'export const $ = (k) => { let c = k; return (x) => [c, E].join() }' },
  class: { as: 'class', code: 'export class $ { static s = K; #p = N; constructor(n) { this.n = n } m(x) { return E + String(this.#p) + this.n } get g() { const x = this.n; return E } static st(x) { return [E, $.s].join() } }', sets: ['$.s = v'] },
  instance: { as: 'instance', code: 'export const $ = { n: K, m(x) { return [this.n, x].join() }, get g() { return this.n } }', sets: ['$.n = v'] },
  methods: { as: 'methods', code: 'export const $ = { a: (x) => E, b(x) { return this.a(x) + E } }', sets: ['$.a = (x) => [x, "a"].join(v)'] },
  steppers: { as: 'steppers', code: 'export const $ = [(x) => E]', sets: ['$.push((x) => [x, "s"].join(v))', '$.length = 0'] },
  cell: { as: 'cell', code: 'let cell_$ = K\nexport const $ = { get v() { return cell_$ } }', sets: ['cell_$ = v'] },
  numbers: { as: 'numbers', code: 'export var $; (function (e) { e[e["A"] = N] = "A"; e["B"] = "A" })($ || ($ = {}))' },
  root: { as: 'fn', code: `// @persist\nexport function $(x) ${body('E, E, E')}` },
  rootArrow: { as: 'fn', code: `// @persist\nexport const $ = (x, y = K) => ${body('E, E, E')}` },
  rootMethod: { as: 'fn', code: `class C_$ { k = K\n  // @persist\n  run(x) ${body('E, E, E')} }\nconst one_$ = new C_$()\nexport const $ = (x) => [one_$.k, one_$.run(x)]`, sets: ['one_$.k = v'] },
  rootMade: { as: 'fn', code: `const make_$ = (k, { z = k } = {}) => {\n  // @persist\n  return (x) => ${body('k, z, E')} }\nconst one_$ = make_$(K), two_$ = make_$(K, { z: K })\nexport const $ = (x) => [one_$(x), two_$(x)]` },
  rootInside: { as: 'fn', code: `const in_$ = (() => { let s = K; const t = { u: K }\n  const help = (x) => [s, t.u, E].join()\n  // @persist\n  function run(x) ${body('help(x), E')}\n  return { run, put(v) { s = v; t.u = v } } })()\nexport const $ = (x) => in_$.run(x)`, sets: ['in_$.put(v)'] },
}

interface Drawn {
  kind: string
  seed: number
  module: number
}

interface Project {
  drawn: Drawn[]
  /** How each module imports: by name, by namespaces, or from the module that gives away all. */
  styles: number[]
  ops: { root: number; argument: string; set: number; value: number }[]
}

function draw(random: Random): Project {
  const styles = Array.from({ length: random.chance(0.5) ? 1 : 2 + random.below(2) }, () => random.below(3))
  const one = (kind = random.pick(Object.keys(KINDS))!): Drawn => ({ kind, seed: random.below(1e9), module: random.below(styles.length) })
  const drawn = [...Array.from({ length: 8 + random.below(12) }, () => one()), one('root'), one('rootArrow')]
  const ops = Array.from({ length: 12 }, () => ({ root: random.below(99), argument: random.pick(['1', '"q"', '3'])!, set: random.below(9), value: random.below(4) }))
  return { drawn, styles, ops }
}

/** The files of a project, and `main.ts` that plays it. */
function render({ drawn, styles, ops }: Project): Record<string, string> {
  const bodies = styles.map(() => new Array<string>())
  const imports = styles.map(() => new Set<string>())
  const setters: string[] = []
  drawn.forEach(({ kind, seed, module }, at) => {
    const random = new Random(seed)
    const literal = (): string => random.pick([String(random.below(9)), `"k${random.below(9)}"`, 'true', 'null'])!
    const nameIn = (other: Drawn, index: number): string => {
      const name = `d${index}`
      if (other.module === module) return name
      const style = styles[module]!
      imports[module]!.add(style === 1 ? `import * as all${other.module} from "./m${other.module}.ts"` : `import { ${name} } from "./${style === 2 ? 'all' : `m${other.module}`}.ts"`)
      return style === 1 ? `all${other.module}.${name}` : name
    }
    const fill = (text: string, depth: number, name: string): string =>
      text.replace(/\$|\b[EKN]\b/g, (mark) => (mark === '$' ? name : mark === 'E' ? expression(depth) : mark === 'K' ? literal() : String(random.below(9))))
    const expression = (depth: number): string => {
      if (depth <= 0) return random.pick(['x', 'x', literal()])!
      const index = random.below(at)
      if (at > 0 && random.chance(0.65)) return fill(random.pick(USES[KINDS[drawn[index]!.kind]!.as])!, depth - 1, nameIn(drawn[index]!, index))
      return fill(random.pick(['(E + E)', '(E ? E : E)', '[E, E].map((y) => E).join()', '((x) => E)(E)', '(typeof E)', '`${E}-${E}`', '(process.env.EVOLUTION ?? E)', '(() => { try { return E } catch { return "caught" } })()'])!, depth - 1, '')
    }
    bodies[module]!.push(fill(KINDS[kind]!.code, 3, `d${at}`))
    // State of other modules can't be read: that is told of, and nothing to test here.
    const set = styles.length === 1 && random.chance(0.6) ? random.pick(KINDS[kind]!.sets ?? []) : undefined
    if (set === undefined) return
    bodies[module]!.push(`export function set${at}(v) { ${set.replaceAll('$', `d${at}`)} }`)
    setters.push(`set${at}`)
  })
  const roots = drawn.flatMap(({ kind }, at) => (kind.startsWith('root') ? [`d${at}`] : []))
  const lines = ops.map(({ root, argument, set, value }) => {
    const change = set < 5 && setters.length > 0 ? `all.${setters[(set * 7 + root) % setters.length]}(${value})` : set === 8 ? `process.env.EVOLUTION = "v${value}"` : ''
    return `  ${change}\n  try { out.push(all.${roots[root % roots.length]}(${argument})) } catch (error) { out.push(error.message) }`
  })
  return {
    ...Object.fromEntries(bodies.map((body, module) => [`m${module}.ts`, `${[...imports[module]!, ...body].join('\n')}\n`])),
    'all.ts': styles.map((_, module) => `export * from "./m${module}.ts"\n`).join(''),
    'main.ts': `import * as all from "./all.ts"\nexport function main() {\n  const out = []\n  delete process.env.EVOLUTION\n${lines.join('\n')}\n  return out\n}\n`,
  }
}

let store: string
let computed = 0
let told = false
beforeAll(() => {
  store = mkdtempSync(join(tmpdir(), 'persist-evolution-'))
  configure({ persistPath: store })
  vi.spyOn(console, 'error').mockImplementation((what) => void (what === 'computed' && computed++))
  vi.spyOn(console, 'warn').mockImplementation((what) => void (told ||= String(what).includes('can\'t be tracked')))
})
afterAll(() => {
  vi.restoreAllMocks()
  configure({})
  rmSync(store, { recursive: true, force: true })
})

/** What a program gives, and how many bodies of persisted functions ran. */
function play(texts: Record<string, string>): { out: unknown; ran: number } {
  delete process.env.EVOLUTION
  const before = computed
  let out: unknown
  try {
    const stripped = Object.fromEntries(Object.entries(texts).map(([file, text]) => [file, strip(text, file)]))
    out = link(stripped, { 'unplugin-persist/runtime': runtime })(Object.keys(texts).find((file) => file.endsWith('main.ts'))!).main()
  } catch (error) {
    // Some use what isn't initialised yet.
    out = (error as Error).message
  }
  return { out, ran: computed - before }
}

it('generated projects that are edited do what they do without the cache', { timeout: 180_000 }, () => {
  let answered = 0
  let compared = 0
  for (let number = 0; number < 120; number++) {
    const random = new Random(number + 20261127)
    const project = draw(random)
    told = false
    for (let step = 0; step < 6; step++) {
      // A directory for each, as what is told once is told by its name.
      const files = Object.fromEntries(Object.entries(render(project)).map(([name, text]) => [`src/p${number}/${name}`, text]))
      const compiler = createCompiler({ root: ROOT, host: memoryHost(files) })
      const results = Object.entries(files).map(([name, text]) => [name, text, compiler.compile(text, posix.join(ROOT, name))] as const)
      told ||= results.some(([, , result]) => result?.warnings.some(({ code }) => code === 'UNTRACKED'))
      const emitted = Object.fromEntries(results.map(([name, text, result]) => [name, result?.code ?? text]))
      const [plain, first, second] = [files, emitted, emitted].map(play)
      if (told) break
      compared++
      answered += plain!.ran - first!.ran
      const where = `project ${number}, edit ${step}:\n${Object.values(files).join('\n')}`
      expect(first!.out, where).toEqual(plain!.out)
      expect(second!.out, where).toEqual(plain!.out)
      expect(second!.ran, where).toBe(0)
      for (let edits = 0; edits <= random.below(2); edits++) random.pick(project.drawn)!.seed = random.below(1e9)
    }
  }
  expect(compared).toBeGreaterThan(250)
  expect(answered).toBeGreaterThan(2000)
})
