import { describe, expectTypeOf, it } from 'vitest'
import { configure, defineConfig, dropIf, dropIfEqual, handle, ignore, json, persist, stableHash, store, structured, withMode, withOptions } from '../../src/index.ts'
import type { Entry, FunctionOptions, Lazy, Persisted, PersistOptions, ProjectOptions } from '../../src/index.ts'

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

  it('takes each option of a function, and nothing that is none', () => {
    const load = async (rows: Row[], { verbose, size }: { verbose: boolean; size: number }): Promise<number> => (verbose ? size : rows.length)
    expectTypeOf<keyof PersistOptions<typeof load>>().toEqualTypeOf<
      | 'alternatives' | 'batch' | 'cacheIf' | 'codec' | 'durability' | 'env' | 'files' | 'groupBy' | 'hashSize' | 'impure' | 'keepVersions' | 'key' | 'lazy' | 'local'
      | 'localPath' | 'lockGranularity' | 'maxAge' | 'maxSize' | 'minDuration' | 'mode' | 'name' | 'onError' | 'outFile' | 'singleFlight' | 'skip' | 'staleWhileRevalidate'
      | 'tags' | 'untracked' | 'validate' | 'version'
    >()
    expectTypeOf<keyof PersistOptions<typeof load>>().toEqualTypeOf<keyof FunctionOptions>()
    const each: { readonly [Name in keyof PersistOptions<typeof load>]-?: readonly [right: PersistOptions<typeof load>[Name], right: PersistOptions<typeof load>[Name]] } = {
      name: ['load', 'a/b'],
      version: [1, '2'],
      skip: [['verbose'], ['options.verbose', 'rows']],
      key: [{ verbose: ignore, size: dropIf((size: number) => size > 1), rows: stableHash }, (rows, options) => [rows.length, options.size]],
      groupBy: [['size', ['verbose', 'options.size']], []],
      batch: [['rows'], []],
      outFile: ['path', ['path', 'log']],
      codec: [json(), { a: structured(), b: json({ pretty: true }) }],
      lazy: [true, false],
      maxAge: ['7d', new Date()],
      staleWhileRevalidate: ['10m', 5],
      validate: [({ value, meta }) => value > meta.created, async ({ value }) => value === 1],
      cacheIf: [(value, rows, options) => value > rows.length + options.size, () => false],
      minDuration: ['1.5s', 0],
      tags: [['a'], []],
      env: [['HOME'], []],
      files: [['data.csv'], []],
      untracked: [['db'], []],
      impure: [true, ['Math.random']],
      mode: ['read-only', 'require'],
      hashSize: [1, 500],
      lockGranularity: ['func', 'global'],
      singleFlight: [true, false],
      onError: ['throw', 'ignore'],
      local: [true, false],
      localPath: ['/tmp', './cache'],
      alternatives: [['/shared'], []],
      durability: ['disk', 'process'],
      maxSize: ['10GB', { total: '1TB', current: 1 }],
      keepVersions: ['30d', 0],
    }
    for (const options of Object.entries(each)) persist(load, Object.fromEntries([options]))
  })

  it('refuses what an option is not', () => {
    // @ts-expect-error No text.
    persist(late, { name: 1 })
    // @ts-expect-error Neither text nor number.
    persist(late, { version: true })
    // @ts-expect-error A list.
    persist(late, { skip: 'rows' })
    // @ts-expect-error Names.
    persist(late, { skip: [1] })
    // @ts-expect-error A rule is a function.
    persist(late, { key: { rows: true } })
    // @ts-expect-error Not of these arguments.
    persist(late, { key: (rows: Row[], more: number) => more })
    // @ts-expect-error A list.
    persist(late, { groupBy: 'rows' })
    // @ts-expect-error Lists of lists end there.
    persist(late, { groupBy: [[['rows']]] })
    // @ts-expect-error A list.
    persist(late, { batch: 'rows' })
    // @ts-expect-error Names.
    persist(late, { outFile: true })
    // @ts-expect-error Called first: json().
    persist(late, { codec: json })
    // @ts-expect-error By its name no codec is known.
    persist(late, { codec: 'json' })
    // @ts-expect-error Yes or no.
    persist(late, { lazy: 'yes' })
    // @ts-expect-error A space is no part of a duration.
    persist(late, { maxAge: '7 days' })
    // @ts-expect-error A moment is none.
    persist(late, { staleWhileRevalidate: new Date() })
    // @ts-expect-error Neither.
    persist(late, { validate: ({ value }) => value.length })
    // @ts-expect-error It answers at once.
    persist(late, { cacheIf: async () => true })
    // @ts-expect-error Rows have no such property.
    persist(late, { cacheIf: (value) => value[0]!.name === '' })
    // @ts-expect-error No such unit.
    persist(late, { minDuration: '5min' })
    // @ts-expect-error A list.
    persist(late, { tags: 'a' })
    // @ts-expect-error A list.
    persist(late, { env: 'HOME' })
    // @ts-expect-error A list.
    persist(late, { files: 'a.csv' })
    // @ts-expect-error A list.
    persist(late, { untracked: true })
    // @ts-expect-error A list, or all.
    persist(late, { impure: 'Math.random' })
    // @ts-expect-error A number.
    persist(late, { hashSize: '500' })
    // @ts-expect-error No such lock.
    persist(late, { lockGranularity: 'file' })
    // @ts-expect-error Yes or no.
    persist(late, { singleFlight: 1 })
    // @ts-expect-error No such thing to do.
    persist(late, { onError: 'log' })
    // @ts-expect-error Yes or no.
    persist(late, { local: '/tmp' })
    // @ts-expect-error A path.
    persist(late, { localPath: true })
    // @ts-expect-error A list.
    persist(late, { alternatives: '/shared' })
    // @ts-expect-error No such promise.
    persist(late, { durability: 'power' })
    // @ts-expect-error No such budget.
    persist(late, { maxSize: { all: '1GB' } })
    // @ts-expect-error A size is no duration.
    persist(late, { keepVersions: '1GB' })
  })

  it('takes each option of a project elsewhere', () => {
    expectTypeOf<Exclude<keyof ProjectOptions, keyof FunctionOptions>>().toEqualTypeOf<'persistPath' | 'projectPath' | 'projectId'>()
    configure({ persistPath: '/x', projectPath: '.', projectId: 'a', mode: 'off', local: true })
    withOptions({ persistPath: '/x', skip: ['a'], maxAge: new Date() }, () => 1)
    // @ts-expect-error A function's option.
    configure({ groupBy: ['a'] })
    // @ts-expect-error A path.
    configure({ persistPath: 5 })
    // @ts-expect-error Misspelt.
    withOptions({ maxage: 1 }, () => 1)
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
