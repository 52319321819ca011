import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { configure } from '../../src/index.ts'
import * as runtime from '../../src/runtime/index.ts'
import { build, bundle, copySources, PACKAGES, remove } from './packages.ts'
import { recorder } from './support.ts'

let store: string
beforeAll(() => {
  store = mkdtempSync(join(tmpdir(), 'persist-packages-'))
  configure({ persistPath: store, onError: 'ignore' })
})
afterAll(() => rmSync(store, { recursive: true, force: true }))

/** What can be compared of a value. */
function simplify(value: unknown, depth = 0): unknown {
  if (typeof value === 'function') return `function ${value.name} ${value.length}`
  if (typeof value !== 'object' || value === null || depth > 6) return value
  if (value instanceof Error) return { name: value.name, message: value.message }
  if (Array.isArray(value)) return Array.from(value, (item) => simplify(item, depth + 1))
  if (value instanceof Date || value instanceof RegExp) return String(value)
  if (value instanceof Map) return { map: simplify([...value], depth + 1) }
  if (value instanceof Set) return { set: simplify([...value], depth + 1) }
  return Object.fromEntries(Object.keys(value).map((key) => [key, simplify((value as Record<string, unknown>)[key], depth + 1)]))
}

function outcome(work: () => unknown): unknown {
  try {
    return { value: simplify(work()) }
  } catch (error) {
    return { thrown: simplify(error) }
  }
}

/** Calls each exported function with each list of arguments; they are made anew each time. */
function callAll(exports: Record<string, unknown>, lists: () => unknown[][], skip: RegExp): Record<string, unknown> {
  const seen: Record<string, unknown> = {}
  for (const [name, fn] of Object.entries(exports)) {
    if (typeof fn !== 'function' || skip.test(name)) continue
    seen[name] = [fn.name, fn.length, lists().map((_, index) => outcome(() => fn(...lists()[index]!)))]
  }
  return seen
}

const day = (n: number): Date => new Date(2024, 1, n, 10, 20, 30)

const SAMPLES: Record<string, (exports: any, few?: boolean) => unknown> = {
  'date-fns': (m, few) => callAll(m, () => [
    [day(29)], [day(28), 3], [day(1), day(20)], [day(1), day(20), day(3)], [{ start: day(1), end: day(9) }], [day(5), { start: day(1), end: day(9) }], ['2024-02-29T10:00:00Z'], ['29.02.2024', 'dd.MM.yyyy', day(1)],
    [day(3), 'yyyy-MM-dd EEEE QQQ wo'], [[day(3), day(1)]], [{ hours: 2, minutes: 3 }], [day(1), { months: 1, days: 2 }], [day(1), { weekStartsOn: 1 }], [90], [Number.NaN], [],
  ].slice(0, few ? 4 : undefined),
    // What is told by the clock differs from call to call.
    /Now|Today|Tomorrow|Yesterday|^isThis|^isFuture|^isPast|^isSame|intlFormatDistance|^setDefaultOptions/),
  'd3-array': (m) => callAll(m, () => [
    [[3, 1, 2]], [[3, 1, null, 2], (x: any) => x], [[1, 2, 3], 2], [[1, 2, 3, 4], 0.5], [0, 10, 3], [5], [[['a', 1], ['a', 2], ['b', 3]], (d: any) => d[0]], [[1, 2], [2, 3]], [[[1, 2], [3, 4]]], [[4, 3, 2, 1], (a: any, b: any) => a - b],
    [[1, 5, 2], (v: any) => v.length, (d: any) => d % 2], [[], 1], [],
  ], /^shuffle/),
  valibot: (v) => {
    const User = v.object({ name: v.pipe(v.string(), v.minLength(2), v.trim()), age: v.optional(v.pipe(v.number(), v.integer()), 7), tags: v.array(v.picklist(['a', 'b'])), at: v.union([v.date(), v.pipe(v.string(), v.isoDate())]) })
    const inputs = [{ name: 'Ann ', tags: ['a'], at: '2024-01-01' }, { name: 'B', age: 1.5, tags: ['c'], at: 3 }, null, { name: 'Cal', tags: [], at: new Date(0) }]
    return [inputs.map((input) => outcome(() => v.safeParse(User, structuredClone(input)))), inputs.map((input) => outcome(() => v.parse(User, structuredClone(input)))), outcome(() => v.flatten(v.safeParse(User, {}).issues)), outcome(() => v.is(v.record(v.string(), v.number()), { a: 1 })), outcome(() => v.parse(v.pipe(v.string(), v.email()), 'a@b.cd'))]
  },
  immer: (m) => {
    m.enableMapSet()
    m.enablePatches()
    const base = { list: [1, 2, { deep: true }], map: new Map([['a', 1]]), set: new Set([1]), same: { kept: 1 } }
    const next = m.produce(base, (draft: any) => {
      draft.list.push(4)
      draft.list[2].deep = false
      draft.map.set('b', 2)
      draft.set.delete(1)
    })
    const patches = outcome(() => m.produceWithPatches({ a: [1], b: 2 }, (draft: any) => {
      draft.a.push(2)
      delete draft.b
    }))
    return [simplify(base), simplify(next), next.same === base.same, Object.isFrozen(next), patches, outcome(() => m.applyPatches({ a: 1 }, [{ op: 'replace', path: ['a'], value: 5 }])), outcome(() => m.produce(1, () => 2)), outcome(() => m.produce({ a: 1 }, (d: any) => { d.a = 2; return { a: 3 } })), m.isDraft(next), outcome(() => m.current(3))]
  },
  zod: (z) => {
    const User = z.object({ name: z.string().min(2).trim(), age: z.number().int().optional().default(7), role: z.enum(['a', 'b']), tags: z.array(z.string()).max(2), nested: z.union([z.string().email(), z.null()]) })
    const inputs = [{ name: 'Ann ', role: 'a', tags: [], nested: null }, { name: 'B', age: 1.5, role: 'c', tags: ['1', '2', '3'], nested: 'x' }, null]
    return [inputs.map((input) => outcome(() => User.safeParse(structuredClone(input)))), inputs.map((input) => outcome(() => User.parse(structuredClone(input)))), outcome(() => User.partial().parse({})), outcome(() => z.coerce.number().parse('4')), outcome(() => z.string().transform((s: string) => s.length).parse('four')), outcome(() => z.discriminatedUnion('k', [z.object({ k: z.literal(1) }), z.object({ k: z.literal(2), b: z.bigint() })]).parse({ k: 2, b: 2n }))]
  },
}

/**
 * Top-level functions that do their work by changing what they are given, by how their text begins. Once stored, it isn't done
 * again: that is what users are told, and no matter of compiling. Of immer nearly all are such; they only run through.
 */
const CHANGES_ARGUMENTS: Record<string, RegExp | undefined> = {
  'date-fns': /^function setDefaultOptions/,
  'd3-array': /^function (?:swap|quickselect|blur\w*|intern_\w+)\b/,
  'valibot': /^function _/,
}

function run(code: string, modules: Record<string, unknown>): any {
  const module = { exports: {} as unknown }
  new Function('require', 'module', 'exports', code)((specifier: string) => modules[specifier], module, module.exports)
  return module.exports
}

describe.each(PACKAGES.filter(({ name }) => name !== 'zod'))('$name', (pkg) => {
  const sample = SAMPLES[pkg.name]!
  const changes = CHANGES_ARGUMENTS[pkg.name]
  const copies: ReturnType<typeof copySources>[] = []
  const copy = (): ReturnType<typeof copySources> => {
    copies.push(copySources(pkg))
    return copies.at(-1)!
  }
  let plain: any
  beforeAll(() => {
    const { root } = copy()
    plain = run(bundle(join(root, 'src', pkg.entry), root), {})
  })
  afterAll(() => copies.forEach(remove))

  it('with every function marked does the same when every call runs', () => {
    const sources = copy()
    const { code, functions, marked, exempt, took } = build(sources, pkg.entry)
    console.log(`${pkg.name}: ${functions} functions of ${sources.files.length} modules compiled in ${took.toFixed(0)} ms; left out: ${JSON.stringify(exempt)}`)
    expect(functions).toBe(marked)
    expect(functions).toBeGreaterThan(100)
    const recording = recorder()
    expect(sample(run(code, { 'unplugin-persist/runtime': recording.runtime }))).toEqual(sample(plain))
    expect(recording.calls.length).toBeGreaterThan(functions / 20)
  }, 300_000)

  it.runIf(changes)('with its top-level functions marked does the same computed and read back', () => {
    const { code, functions } = build(copy(), pkg.entry, (text, isTop) => isTop && !changes!.test(text))
    let hits = 0
    for (const round of ['cold', 'warm']) {
      const made: runtime.Compiled[] = []
      const define: typeof runtime.define = (...all) => {
        const record = runtime.define(...all)
        made.push(record)
        return record
      }
      expect(sample(run(code, { 'unplugin-persist/runtime': { ...runtime, define } }), true), round).toEqual(sample(plain, true))
      hits = made.reduce((sum, record) => sum + record.hits, 0)
    }
    expect(hits).toBeGreaterThan(functions / 20)
  }, 300_000)
})
