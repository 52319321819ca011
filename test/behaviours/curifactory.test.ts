/** What curifactory's caching (Python) documents and tests: stages with cachers per output, readable files, lazy values, parameter hashes, overwriting, metadata. */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { app } from './harness.ts'
import type { App } from './harness.ts'

const persistKey = Symbol.for('unplugin-persist.key')

/** All files of results below a directory, by their extension. */
function valuesIn(directory: string, extension: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile() && one.name.endsWith(extension) && !one.name.startsWith('@'))
    .map((one) => join(one.parentPath, one.name))
}

describe('stages', () => {
  const PIPELINE = `
    // @persist
    export function load(name: string) { console.log('load'); return [name, 1, 2] }
    // @persist
    export function clean(rows: unknown[]) { console.log('clean'); return rows.slice(1) }
    // @persist
    export function train(rows: unknown[], rate: number) { console.log('train'); return { rows: rows.length, rate } }
    export const run = (name: string, rate: number) => train(clean(load(name)), rate)
    // @persist
    export function whole(name: string, rate: number) { console.log('whole'); return run(name, rate) }`

  it('that are unchanged are not run again', () => {
    const project = app(PIPELINE)
    expect(project.start().run('iris', 0.1)).toEqual({ rows: 2, rate: 0.1 })
    expect(project.start().run('iris', 0.1)).toEqual({ rows: 2, rate: 0.1 })
    expect(project.ran()).toEqual(['load', 'clean', 'train'])
  })

  it('are run again from where a parameter differs', () => {
    const project = app(PIPELINE)
    project.start().run('iris', 0.1)
    project.ran()
    project.start().run('iris', 0.2)
    expect(project.ran()).toEqual(['train'])
  })

  it('are run again from where the code differs, and no further than where the results do', () => {
    const project = app(PIPELINE)
    project.start().run('iris', 0.1)
    project.ran()
    project.edit('src/main.ts', 'rows.slice(1)', 'rows.slice(1, rows.length)')
    project.start().run('iris', 0.1)
    expect(project.ran()).toEqual(['clean'])
  })

  it('before one whose result is there are not even looked at', () => {
    const project = app(PIPELINE)
    project.start().whole('iris', 0.1)
    project.ran()
    const { whole, load, api } = project.start()
    api.handle(load).clear()
    whole('iris', 0.1)
    expect(project.ran()).toEqual([])
  })

  it('that fail leave those before them cached', () => {
    const project = app(PIPELINE.replace('return { rows: rows.length, rate }', `if (rate > 1) throw new Error('diverged'); return rate`))
    expect(() => project.start().run('iris', 2)).toThrow('diverged')
    project.start().run('iris', 1)
    expect(project.ran()).toEqual(['load', 'clean', 'train', 'train'])
  })

  it('over several parameter sets share what is common, and are gathered by one that takes them all', () => {
    const project = app(`${PIPELINE}
      // @persist
      export function compare(models: { rate: number }[]) { console.log('compare'); return Math.max(...models.map(({ rate }) => rate)) }`)
    const { run, compare } = project.start()
    expect(compare([0.1, 0.3, 0.2].map((rate) => run('iris', rate)))).toBe(0.3)
    expect(project.ran()).toEqual(['load', 'clean', 'train', 'train', 'train', 'compare'])
    const again = project.start()
    again.compare([0.1, 0.3, 0.2].map((rate) => again.run('iris', rate)))
    expect(project.ran()).toEqual([])
  })
})

describe('cachers', () => {
  const withCodec = (codec: string, body: string): App => app(`
    import { bytes, csv, defineCodec, files, json, parquet, persist, structured, text } from 'unplugin-persist'
    import { readFileSync, writeFileSync } from 'node:fs'
    export const f = persist((name: string) => { console.log('f'); ${body} }, { codec: ${codec}, impure: true })`)

  it('JSON is a file that people can read', () => {
    const project = withCodec('json({ pretty: true })', `return { name, scores: [1, 2] }`)
    const { f, api } = project.start()
    f('iris')
    const [file] = valuesIn(api.handle(f).info.directory, '.json')
    expect(JSON.parse(readFileSync(file!, 'utf8'))).toEqual({ name: 'iris', scores: [1, 2] })
    expect(readFileSync(file!, 'utf8')).toContain('\n  "name": "iris"')
    expect(project.start().f('iris')).toEqual({ name: 'iris', scores: [1, 2] })
    expect(project.ran()).toHaveLength(1)
  })

  it.each([['a Date', 'new Date(0)', 'at'], ['undefined', 'undefined', 'at'], ['a Map', 'new Map()', 'at'], ['NaN', 'NaN', 'at']])('JSON refuses what it would change: %s', (_, expression, path) => {
    const project = withCodec('json()', `return { at: ${expression} }`)
    const { f } = project.start()
    f('iris')
    f('iris')
    expect(project.ran()).toHaveLength(2)
    expect(project.warned()).toEqual([expect.stringContaining(`result.${path}`)])
  })

  it('text and bytes are files with the extension that one gives', () => {
    const project = withCodec(`text({ extension: '.md' })`, 'return `# ${name}\\n`')
    const { f, api } = project.start()
    f('iris')
    expect(readFileSync(valuesIn(api.handle(f).info.directory, '.md')[0]!, 'utf8')).toBe('# iris\n')
    const image = withCodec(`bytes({ extension: '.png' })`, 'return Buffer.from([137, 80, name.length])')
    const started = image.start()
    started.f('iris')
    expect([...readFileSync(valuesIn(started.api.handle(started.f).info.directory, '.png')[0]!)]).toEqual([137, 80, 4])
    expect(image.start().f('iris')).toEqual(Buffer.from([137, 80, 4]))
    expect([project.ran().length, image.ran().length]).toEqual([1, 1])
  })

  it('tables are CSV with their types kept', () => {
    const rows = [{ id: 1, name: 'a, "b"', ok: true }, { id: 2, name: '', ok: false }]
    const project = withCodec('csv()', `return ${JSON.stringify(rows)}`)
    const { f, api } = project.start()
    f('iris')
    expect(readFileSync(valuesIn(api.handle(f).info.directory, '.csv')[0]!, 'utf8')).toMatch(/^"?id"?,"?name"?,"?ok"?\r?\n1,"a, ""b""",true/)
    expect(project.start().f('iris')).toEqual(rows)
    expect(project.ran()).toHaveLength(1)
  })

  it('what is stored may be compressed', () => {
    const size = (codec: string): number => {
      const project = withCodec(codec, 'return name.repeat(10_000)')
      const { f, api } = project.start()
      f('iris')
      expect(project.start().f('iris')).toBe('iris'.repeat(10_000))
      expect(project.ran()).toHaveLength(1)
      return readdirSync(api.handle(f).info.directory, { recursive: true, withFileTypes: true })
        .filter((one) => one.isFile()).reduce((sum, one) => sum + readFileSync(join(one.parentPath, one.name)).length, 0)
    }
    expect(size('structured({ compress: true })')).toBeLessThan(size('structured()') / 4)
  })

  it('one of one\'s own may write several files where it is told', () => {
    const project = withCodec(`defineCodec({
      name: 'model',
      save(model: any, directory: string) { writeFileSync(directory + '/weights.bin', model.weights); writeFileSync(directory + '/config.json', JSON.stringify(model.config)) },
      load: (directory: string) => ({ weights: readFileSync(directory + '/weights.bin'), config: JSON.parse(readFileSync(directory + '/config.json', 'utf8')) }),
    })`, 'return { weights: Buffer.from([1, 2, 3]), config: { name } }')
    project.start().f('iris')
    expect(project.start().f('iris')).toEqual({ weights: Buffer.from([1, 2, 3]), config: { name: 'iris' } })
    expect(project.ran()).toHaveLength(1)
  })

  it('each output has its own', () => {
    const project = withCodec(`{ model: bytes(), metrics: json({ pretty: true }), report: text() }`, `return { model: Buffer.from([7]), metrics: { acc: 0.9 }, report: name }`)
    const { f, api } = project.start()
    f('iris')
    const directory = api.handle(f).info.directory
    expect(valuesIn(directory, 'metrics.json')).toHaveLength(1)
    expect(project.start().f('iris')).toEqual({ model: Buffer.from([7]), metrics: { acc: 0.9 }, report: 'iris' })
    expect(project.ran()).toHaveLength(1)
  })

  it('outputs are all there or none', () => {
    const project = withCodec(`{ model: bytes(), metrics: json() }`, `return { model: Buffer.from([7]), metrics: { at: new Date() } }`)
    const { f, api } = project.start()
    f('iris')
    expect(api.handle(f).has('iris')).toBe(false)
    project.start().f('iris')
    expect(project.ran()).toHaveLength(2)
    expect(project.warned()[0]).toContain('metrics.at')
  })

  it('a missing part of one is computed anew', () => {
    const project = withCodec(`{ model: bytes(), metrics: json() }`, `return { model: Buffer.from([7]), metrics: {} }`)
    const { f, api } = project.start()
    f('iris')
    rmSync(valuesIn(api.handle(f).info.directory, 'metrics.json')[0]!)
    expect(project.start().f('iris')).toEqual({ model: Buffer.from([7]), metrics: {} })
    expect(project.ran()).toHaveLength(2)
  })

  it('a value may be files, which are kept', () => {
    const project = withCodec('files()', 'writeFileSync(name, "picture"); return name')
    const path = join(project.directory, 'plot.svg')
    project.start().f(path)
    rmSync(path)
    const back = project.start().f(path)
    expect(readFileSync(back, 'utf8')).toBe('picture')
    expect(project.ran()).toHaveLength(1)
  })
})

describe('lazy values', () => {
  const LAZY = `
    import { persist } from 'unplugin-persist'
    export const big = persist((n: number) => { console.log('big'); return Array.from({ length: n }, (_, i) => i) }, { lazy: true })
    export const sum = persist((list: { load(): number[] }, by = 1) => { console.log('sum'); return list.load().reduce((a, b) => a + b, 0) * by })`

  it('are handles, on the first run and on the second', () => {
    const project = app(LAZY)
    for (let i = 0; i < 2; i++) {
      const { big, api } = project.start()
      const lazy = big(3)
      expect(api.isLazy(lazy)).toBe(true)
      expect(lazy.load()).toEqual([0, 1, 2])
      expect(lazy.load()).not.toBe(lazy.load())
    }
    expect(project.ran()).toEqual(['big'])
  })

  it('as arguments stand for what they are of, and are not read on a hit', () => {
    const project = app(LAZY)
    const first = project.start()
    expect(first.sum(first.big(4))).toBe(6)
    const { big, sum } = project.start()
    const lazy = big(4)
    expect(sum({ ...lazy, [persistKey]: lazy[persistKey], load() { throw new Error('read') } })).toBe(6)
    expect([sum(big(4)), sum(big(5)), sum(big(4), 2)]).toEqual([6, 10, 12])
    expect(project.ran()).toEqual(['big', 'sum', 'big', 'sum', 'sum'])
  })

  it('a middle stage is never loaded on the second run', () => {
    const project = app(`
      import { persist } from 'unplugin-persist'
      const codec = (name: string) => ({ name, encode: (value: unknown) => new TextEncoder().encode(JSON.stringify(value)), decode(bytes: Uint8Array) { console.log('decode', name); return JSON.parse(new TextDecoder().decode(bytes)) } })
      const a = persist(() => [1, 2], { lazy: true, codec: codec('a') })
      const b = persist((x: any) => x.load().map((n: number) => n + 1), { lazy: true, codec: codec('b') })
      const c = persist((x: any) => x.load().length, { codec: codec('c') })
      export const run = () => c(b(a()))`)
    expect(project.start().run()).toBe(2)
    expect(project.ran()).toEqual(['decode a', 'decode b'])
    expect(project.start().run()).toBe(2)
    expect(project.ran()).toEqual(['decode c'])
  })

  it('can be had of any function, and left aside for a block', () => {
    const project = app(`${LAZY}\n// @persist\nexport function plain(x: number) { console.log('plain'); return [x] }`)
    const { big, plain, api } = project.start()
    const lazy = api.handle(plain).lazy(1) as any
    expect([lazy.load(), plain(1)]).toEqual([[1], [1]])
    expect(api.withOptions({ lazy: false }, () => big(2))).toEqual([0, 1])
    expect(project.ran()).toEqual(['plain', 'big'])
  })

  it('tell key and facts without loading', () => {
    const { big } = app(LAZY).start()
    const lazy = big(3)
    expect(lazy.key).toMatch(/^[0-9a-f]{64}$/)
    expect(lazy.meta.created).toBeGreaterThan(0)
    expect(Object.keys(lazy)).not.toContain('value')
  })
})

describe('parameters', () => {
  const withKey = (key: string): App => app(`
    import { dropIf, ignore, persist } from 'unplugin-persist'
    export const fit = persist((params: Record<string, any>) => { console.log('fit'); return 1 }, { key: ${key} })`)

  it('with equal content are equal, however they are written', () => {
    const project = withKey('{}')
    const { fit } = project.start()
    fit({ a: 1, nested: { x: [1], y: 2 } })
    fit({ nested: { y: 2, x: [1] }, a: 1 })
    expect(project.ran()).toHaveLength(1)
    fit({ a: 1, nested: { x: [1], y: 3 } })
    expect(project.ran()).toHaveLength(1)
  })

  it('one of them has a representation of its own, or none', () => {
    const project = withKey(`{ 'params.model': (model) => model.name, 'params.name': ignore }`)
    const { fit } = project.start()
    fit({ name: 'one', model: { name: 'tree', draw() {} } })
    fit({ name: 'two', model: { name: 'tree', draw() {} } })
    fit({ name: 'two', model: { name: 'forest', draw() {} } })
    expect(project.ran()).toHaveLength(2)
  })

  it('one that is not set counts as none, if one wants', () => {
    const project = withKey(`{ 'params.extra': dropIf((value) => value === undefined || value === null) }`)
    const { fit } = project.start()
    fit({ a: 1 })
    fit({ a: 1, extra: null })
    fit({ a: 1, extra: undefined })
    fit({ a: 1, extra: 5 })
    expect(project.ran()).toHaveLength(2)
  })
})

describe('runs', () => {
  const TWO = `
    // @persist
    export function load() { console.log('load'); return 1 }
    // @persist
    export function train() { console.log('train'); return load() + 1 }`

  it('may overwrite everything', () => {
    const project = app(TWO)
    project.start().train()
    project.start({ env: { PERSIST_MODE: 'refresh' } }).train()
    expect(project.ran()).toEqual(['train', 'load', 'train', 'load'])
  })

  it('may overwrite one stage', () => {
    const project = app(TWO)
    project.start().train()
    project.start({ env: { PERSIST_REFRESH: 'src/main.ts#train' } }).train()
    expect(project.ran()).toEqual(['train', 'load', 'train'])
  })

  it('may read the cache and leave it as it is', () => {
    const project = app(TWO)
    project.start().load()
    project.start({ env: { PERSIST_MODE: 'read-only' } }).train()
    project.start({ env: { PERSIST_MODE: 'read-only' } }).train()
    expect(project.ran()).toEqual(['load', 'train', 'train'])
  })
})

describe('what is kept beside a value', () => {
  const FIT = `// @persist { tags: ['models'] }\nexport function fit(dataset: string, rate: number, apiKey = 'sk-12345') { console.log('fit'); return 1 }`

  it('when, how long, which code, with what, on what', () => {
    const project = app(FIT)
    const { fit, api } = project.start()
    const before = Date.now()
    fit('iris', 0.1)
    const { meta } = api.handle(fit).peek('iris', 0.1) as any
    expect(meta).toMatchObject({ fingerprint: api.handle(fit).info.fingerprint, node: process.version, tags: ['models'] })
    expect(meta.created).toBeGreaterThanOrEqual(before)
    expect(meta.duration).toBeGreaterThanOrEqual(0)
    expect(meta.preview).toMatch(/dataset.*iris.*rate.*0\.1/)
    expect(meta.package).toMatch(/^\d/)
  })

  it('what looks like a secret is left out', () => {
    const { fit, api } = app(FIT).start()
    fit('iris', 0.1, 'sk-98765')
    const { meta } = api.handle(fit).peek('iris', 0.1, 'sk-98765') as any
    expect(meta.preview).not.toContain('sk-98765')
    expect(meta.preview).toContain('iris')
  })

  it('the commit of the project', () => {
    const project = app(FIT)
    const git = (...args: string[]): string => execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: project.directory, encoding: 'utf8' }).trim()
    git('init', '-q')
    git('commit', '-q', '--allow-empty', '-m', 'first')
    const { fit, api } = project.start()
    fit('iris', 0.1)
    expect((api.handle(fit).peek('iris', 0.1) as any).meta.commit).toBe(git('rev-parse', 'HEAD'))
  })

  it('is not written again on a hit', () => {
    const project = app(FIT)
    const { fit, api } = project.start()
    fit('iris', 0.1)
    const first = (api.handle(fit).peek('iris', 0.1) as any).meta
    const again = project.start()
    again.fit('iris', 0.1)
    expect((again.api.handle(again.fit).peek('iris', 0.1) as any).meta.created).toBe(first.created)
  })

  it('the versions that the code has had, with what changed', () => {
    const project = app({
      'src/main.ts': `import { low } from './low.ts'\n// @persist\nexport function f() { return low() }`,
      'src/low.ts': 'export const low = () => 1',
    })
    const { f, api } = project.start()
    f()
    project.edit('src/low.ts', '1', '2')
    project.start().f()
    const lines = readFileSync(join(api.handle(f).info.directory, '@manifest.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line))
    const versions = lines.filter((line) => line.fingerprint)
    expect(new Set(versions.map((line) => line.fingerprint)).size).toBe(2)
    expect(JSON.stringify(versions)).toContain('src/low.ts#low')
  })
})

it('prefixes: two experiments share, or do not, by name', () => {
  const code = (name: string): string => `// @persist { version: 1, name: '${name}' }\nexport function fit() { console.log('fit'); return 1 }`
  const project = app({ 'src/a.ts': code('shared'), 'src/b.ts': code('shared'), 'src/c.ts': code('own') })
  for (const file of ['src/a.ts', 'src/b.ts', 'src/c.ts']) project.start({ file }).fit()
  expect(project.ran()).toHaveLength(2)
})

it('directories of results are named by parameters', () => {
  const project = app(`// @persist { groupBy: ['experiment', 'params.rate'] }\nexport function fit(experiment: string, params: object) { return 1 }`)
  const { fit, api } = project.start()
  fit('first', { rate: 0.1 })
  expect(existsSync(join(api.handle(fit).info.directory, 'first', '0.1'))).toBe(true)
})
