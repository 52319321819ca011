import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { configure, persist } from '../../src/index.ts'
import * as runtime from '../../src/runtime/index.ts'
import type { Compiled } from '../../src/runtime/define.ts'
import { compiled, evaluate } from './support.ts'

let store: string
beforeAll(() => {
  store = mkdtempSync(join(tmpdir(), 'persist-differential-'))
  configure({ persistPath: store, onError: 'throw' })
})
afterAll(() => rmSync(store, { recursive: true, force: true }))

/** Parameter lists; each binds `a` and `b`. */
const PARAMS = [
  'a, b', 'a, b = 2', 'a = 1, b = a', 'a = k, b', '{ x: a, y: b = 3 } = {}', '[a, b = 5] = []', 'a, ...b', 'a, { b, ...rest } = { b: 1 }', '...[a, b]', '{ ["x"]: a } = {}, b = h(a)',
  'a, b = (() => { throw new RangeError("no b") })()', 'a, b = [a, k].map((a) => a)',
]

/** Statements; what they compute goes to `out`. */
const STATEMENTS = [
  'out.push(a, b)',
  'out.push(k, h(k))',
  'out.push(typeof a, typeof b, typeof later)',
  'out.push(`${typeof a}-${k}`)',
  'out.push([a, b].length ? "some" : "none")',
  'for (let i = 0; i < 2; i++) { if (i === k) continue; out.push(i) }',
  'outer: for (const i of [1, 2]) for (const j of [1, 2]) { if (j === k) continue outer; out.push(i * j) }',
  'label: { if (k > 1) break label; out.push("in") }',
  'switch (k) { case 1: out.push("one"); case 2: { out.push("two"); break } default: out.push("more") }',
  'try { if (k === 2) throw new TypeError("two"); out.push("fine") } catch ({ message }) { out.push(message) } finally { out.push("done") }',
  'if (k === 3) throw new RangeError(`k is ${k}`)',
  'if (k === 3) throw { k }',
  'if (b === undefined) return out',
  'var local = k; { let local = 2; out.push(local) } out.push(local)',
  'out.push(inner(1)); function inner(x) { return x + k }',
  'const add = (x) => x + k; out.push([1, 2].map(add))',
  'class C { m = k; n() { return this.m } static s = 1 } out.push(new C().n(), C.s)',
  'const { p = k, ...q } = { r: 1 }; out.push(p, q)',
  'do { var once = 1 } while (!once); out.push(once)',
  'out.push(/[}\'"`]/.test("}"), "}", `}${"`"}`) // }',
  'a = [a]; out.push(a)',
  'b ??= 4; out.push(b)',
  'out.push(new Map([[k, a]]).get(k), [...new Set([1, 1])])',
  'const o = { get g() { return k }, async m() {}, *i() { yield k } }; out.push(o.g, [...o.i()])',
]
/** Statements of functions that are no arrows. */
const OWN_STATEMENTS = ['out.push(arguments.length)', 'out.push([...arguments])', 'out.push(this?.n)', 'var a; out.push(a)', 'var b = b; out.push(b)', 'out.push((() => this?.n)())']
const ASYNC_STATEMENTS = ['await null', 'out.push(await k)', 'for await (const x of [k, a]) out.push(x)', 'out.push(...(await Promise.all([k, h(k)])))']

interface Kind {
  what: string
  own?: boolean
  write(params: string, body: string, async: string): string
}

/** Kinds of functions; each program gives `call(self, args)` and, where there is one, the function. */
const KINDS: Kind[] = [
  { what: 'declaration', own: true, write: (p, b, a) => `// @persist\nexport ${a}function fn(${p}) { ${b} }\nexport const call = (self, args) => fn.apply(self, args)` },
  { what: 'arrow', write: (p, b, a) => `// @persist\nexport const fn = ${a}(${p}) => { ${b} }\nexport const call = (self, args) => fn(...args)` },
  { what: 'expression', own: true, write: (p, b, a) => `// @persist\nexport const fn = ${a}function (${p}) { ${b} }\nexport const call = (self, args) => fn.apply(self, args)` },
  { what: 'object method', own: true, write: (p, b, a) => `const o = {\n  // @persist\n  ${a}m(${p}) { ${b} } }\nexport const fn = o.m\nexport const call = (self, args) => o.m.apply({ ...o, ...self }, args)` },
  { what: 'static method', own: true, write: (p, b, a) => `class A { static n = 7\n  // @persist\n  static ${a}m(${p}) { ${b} } }\nexport const fn = A.m\nexport const call = (self, args) => A.m(...args)` },
  { what: 'instance method', own: true, write: (p, b, a) => `class A { constructor(n) { this.n = n }\n  // @persist\n  ${a}m(${p}) { ${b} } }\nexport const fn = A.prototype.m\nexport const call = (self, args) => new A(self.n).m(...args)` },
  { what: 'private method', own: true, write: (p, b, a) => `class A { constructor(n) { this.n = n }\n  // @persist\n  ${a}#m(${p}) { ${b} }\n  m(...args) { return this.#m(...args) } }\nexport const call = (self, args) => new A(self.n).m(...args)` },
  { what: 'field', write: (p, b, a) => `class A { n = 2\n  // @persist\n  m = ${a}(${p}) => { out0(this.n); ${b} } }\nconst out0 = (x) => x\nexport const fn = new A().m\nexport const call = (self, args) => new A().m(...args)` },
  { what: 'closure', write: (p, b, a) => `const make = (n) => {\n  // @persist\n  const f = ${a}(${p}) => { ${b}, n }\n  return f }\nexport const fn = make(1)\nexport const call = (self, args) => make(self.n)(...args)`.replace(', n }', ' }') },
  { what: 'declaration in a block', own: true, write: (p, b, a) => `export let fn\n{ fn = f\n  // @persist\n  ${a}function f(${p}) { ${b} } }\nexport const call = (self, args) => fn.apply(self, args)` },
  { what: 'loop body', write: (p, b, a) => `const all = []\nfor (const n of [1, 2]) all.push(/* @persist */ ${a}(${p}) => { ${b} })\nexport const fn = all[1]\nexport const call = (self, args) => all[self.n % 2](...args)` },
  { what: 'callback', own: true, write: (p, b, a) => `const id = (f) => f\nexport const fn = id(/* @persist */ ${a}function (${p}) { ${b} })\nexport const call = (self, args) => fn.apply(self, args)` },
  { what: 'persist()', own: true, write: (p, b, a) => `import { persist } from "unplugin-persist"\nexport const fn = persist(${a}function (${p}) { ${b} }, { tags: ['t'] })\nexport const call = (self, args) => fn.apply(self, args)` },
]

const VALUES = ['undefined', '0', '1', '-0', 'NaN', '"x"', 'null', '{ x: 1, y: 2 }', '[1, 2]', '{ b: [1], c: 3 }', '"}"', 'true', '10n'].map((text) => new Function(`return (${text})`) as () => unknown)

const program = fc.record({
  kind: fc.constantFrom(...KINDS),
  params: fc.constantFrom(...PARAMS),
  async: fc.boolean(),
  picks: fc.array(fc.nat(999), { minLength: 1, maxLength: 5 }),
  calls: fc.array(fc.record({ args: fc.array(fc.constantFrom(...VALUES), { maxLength: 3 }), n: fc.integer({ min: 1, max: 2 }), k: fc.integer({ min: 1, max: 3 }) }), { minLength: 1, maxLength: 6 }),
})

function write({ kind, params, async, picks }: Pick<(typeof program) extends fc.Arbitrary<infer T> ? T : never, 'kind' | 'params' | 'async' | 'picks'>): string {
  const pool = [...STATEMENTS, ...(kind.own ? OWN_STATEMENTS : []), ...(async ? ASYNC_STATEMENTS : [])]
  const chosen = [...new Set(picks.map((pick) => pool[pick % pool.length]!))]
  const body = ['const out = []', ...chosen, 'return out'].join('\n')
  return `let k = 1\nconst h = (x) => [x, k]\nvar later = 1\n${kind.write(params, body, async ? 'async ' : '')}\nexport const set = (x) => { k = x }\n`
}

async function outcome(work: () => unknown): Promise<unknown> {
  try {
    const value = work()
    return value instanceof Promise ? { resolved: await value } : { value }
  } catch (error) {
    return { thrown: error instanceof Error ? [error.name, error.message] : error }
  }
}

/** Everything that can be seen of a program. */
async function play(exports: any, calls: { args: (() => unknown)[]; n: number; k: number }[]): Promise<unknown[]> {
  const seen: unknown[] = [exports.fn?.name, exports.fn?.length, exports.fn && Object.getOwnPropertyNames(exports.fn).includes('prototype')]
  for (const { args, n, k } of calls) {
    exports.set(k)
    seen.push(await outcome(() => exports.call({ n }, args.map((make) => make()))))
  }
  return seen
}

it('generated programs do the same plain, computed and read back', async () => {
  let hits = 0
  let computed = 0
  let number = 0
  await fc.assert(
    fc.asyncProperty(program, async ({ calls, ...shape }) => {
      const code = write(shape)
      const plain = await play(evaluate(code, { 'unplugin-persist': { persist: (fn: unknown) => fn } }), calls)
      const emitted = compiled(code, { file: `src/p${number++}.ts` }).code
      for (const round of ['cold', 'warm']) {
        const made: Compiled[] = []
        const define: typeof runtime.define = (...all) => {
          const record = runtime.define(...all)
          made.push(record)
          return record
        }
        const exports = evaluate(emitted, { 'unplugin-persist/runtime': { ...runtime, define }, 'unplugin-persist': { persist } })
        expect(await play(exports, calls), `${round}\n${emitted}`).toEqual(plain)
        if (round === 'cold') computed += made[0]!.computed
        else {
          hits += made[0]!.hits
          // All that gave a value the first time is read the second time.
          expect(made[0]!.computed, `computed again\n${emitted}`).toBe(made[0]!.hits > 0 ? made[0]!.computed : 0)
        }
      }
    }),
    { numRuns: 400, seed: 20261122 },
  )
  expect(hits).toBeGreaterThan(300)
  expect(computed).toBeGreaterThan(300)
}, 120_000)
