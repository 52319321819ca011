import { describe, expectTypeOf, it } from 'vitest'
import { defineConfig, dropIfEqual, handle, ignore, json, persist, store, withMode, withOptions } from '../../src/index.ts'
import type { Entry, Lazy, Persisted } from '../../src/index.ts'

interface Row { id: number }
const sync = (rows: Row[], seed = 0): number => rows.length + seed
const late = async (rows: Row[]): Promise<Row[]> => rows

describe('persist()', () => {
  it('keeps the function\'s type', () => {
    expectTypeOf(persist(sync)).toExtend<typeof sync>()
    expectTypeOf(persist(sync)).toEqualTypeOf<Persisted<typeof sync>>()
    expectTypeOf(persist(late)([])).toEqualTypeOf<Promise<Row[]>>()
    const generic = persist(<T>(value: T): T => value)
    expectTypeOf(generic('a' as const)).toEqualTypeOf<'a'>()
    // @ts-expect-error The parameter is no string.
    persist(sync)('rows')
  })

  it('types options after the parameters', () => {
    persist(sync, { skip: ['seed'], key: { seed: dropIfEqual(0), rows: ignore }, maxAge: '7d', groupBy: ['seed', ['rows', 'seed']] })
    persist((options: { verbose: boolean; size: number }) => options.size, { skip: ['verbose', 'options.verbose'] })
    persist(sync, { cacheIf: (value, rows, seed) => value > rows.length + (seed ?? 0) })
    persist(late, { cacheIf: (value, rows) => value[0]!.id > rows.length, validate: ({ value, meta }) => value.length > meta.duration })
    persist(late, { codec: json(), key: (rows) => rows.length })
    // @ts-expect-error A misspelt option.
    persist(sync, { maxage: '7d' })
    // @ts-expect-error A unit that there is not.
    persist(sync, { maxAge: '7y' })
    // @ts-expect-error A mode that there is not.
    persist(sync, { mode: 'on' })
    // @ts-expect-error A project's option.
    persist(sync, { persistPath: '/x' })
    // @ts-expect-error The result is a number.
    persist(sync, { cacheIf: (value: string) => value !== '' })
    // @ts-expect-error The first argument is a list of rows.
    persist(sync, { key: (rows: string) => rows })
  })

  it('lazy: gives handles', () => {
    expectTypeOf(persist(sync, { lazy: true })([])).toEqualTypeOf<Lazy<number>>()
    expectTypeOf(persist(late, { lazy: true })([])).toEqualTypeOf<Promise<Lazy<Promise<Row[]>>>>()
  })
})

describe('handle()', () => {
  it('is synchronous for a synchronous function', () => {
    const control = handle(sync)
    expectTypeOf(control.rerun).parameters.toEqualTypeOf<Parameters<typeof sync>>()
    expectTypeOf(control.rerun([])).toEqualTypeOf<number>()
    expectTypeOf(control.has([])).toEqualTypeOf<boolean>()
    expectTypeOf(control.peek([])).toEqualTypeOf<Entry<number> | undefined>()
    expectTypeOf(control.put([[], 1], 5)).toEqualTypeOf<void>()
    expectTypeOf(control.lazy([]).load()).toEqualTypeOf<number>()
    expectTypeOf(control.original).toEqualTypeOf<typeof sync>()
    // @ts-expect-error Arguments are checked.
    control.has('rows')
    // @ts-expect-error The value is checked.
    control.put([[]], 'five')
  })

  it('gives promises for a function that does', () => {
    const control = handle(late)
    expectTypeOf(control.rerun([])).toEqualTypeOf<Promise<Row[]>>()
    expectTypeOf(control.has([])).toEqualTypeOf<Promise<boolean>>()
    expectTypeOf(control.peek([])).toEqualTypeOf<Promise<Entry<Row[]> | undefined>>()
    expectTypeOf(control.put([[]], [])).toEqualTypeOf<Promise<void>>()
    expectTypeOf(control.clear()).toEqualTypeOf<Promise<void>>()
  })

  it('stands on what persist() gives', () => {
    expectTypeOf(persist(sync).peek([])).toEqualTypeOf<Entry<number> | undefined>()
    expectTypeOf(persist(sync).info.directory).toEqualTypeOf<string>()
  })
})

it('the rest', () => {
  expectTypeOf(withMode('off', () => 1)).toEqualTypeOf<number>()
  expectTypeOf(withOptions({ maxAge: 0 }, async () => 'a')).toEqualTypeOf<Promise<string>>()
  expectTypeOf(store<Row>('k').get()).toEqualTypeOf<Row | undefined>()
  defineConfig({ persistPath: '.persist', maxSize: { total: '1GB' } })
  defineConfig(async () => ({ mode: 'off' }))
  // @ts-expect-error A function's option.
  defineConfig({ skip: ['a'] })
  // @ts-expect-error A size without a unit.
  defineConfig({ maxSize: '10' })
})
