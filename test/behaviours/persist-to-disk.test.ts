/** What persist_to_disk (Python) documents and tests: paths that mirror the project, groups, buckets, modes per call, manual results, several roots. */
import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { app } from './harness.ts'
import type { App } from './harness.ts'

const TRAIN = `
// @persist { groupBy: ['dataset', ['model', 'size']], skip: ['device'] }
export function train(dataset: string, model: string, size: number, seed = 0, device = 'cpu') { console.log('train', device); return [dataset, model, size, seed].join() }
`

/** The files below a directory, without the library's own book-keeping. */
function bucketsIn(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile() && /^@\d+-\d+\./.test(one.name))
    .map((one) => relative(directory, join(one.parentPath, one.name)).replaceAll('\\', '/'))
    .sort()
}

const directoryOf = (project: App, fn = 'train'): string => {
  const started = project.start()
  return relative(project.store, started.api.handle(started[fn]).info.directory).replaceAll('\\', '/')
}

describe('where results are kept', () => {
  it('mirrors the project: root, project and id, module, function', () => {
    const project = app({ 'src/pipeline/train.ts': TRAIN })
    const { train, api } = project.start({ file: 'src/pipeline/train.ts' })
    expect(relative(project.store, api.handle(train).info.directory).replaceAll('\\', '/')).toMatch(/^app-\w+\/src\/pipeline\/train\.ts\/train$/)
  })

  it('begins below the project path that the config names', () => {
    const project = app({ 'src/pipeline/train.ts': TRAIN }, { projectPath: './src/pipeline' })
    const { train, api } = project.start({ file: 'src/pipeline/train.ts' })
    expect(relative(project.store, api.handle(train).info.directory).replaceAll('\\', '/')).toMatch(/^\w+-\w+\/train\.ts\/train$/)
  })

  it('a project has the same id at each start', () => {
    const project = app(TRAIN)
    expect(directoryOf(project)).toBe(directoryOf(project))
  })

  it('two projects of one name do not share a directory', () => {
    const one = app(TRAIN)
    const other = app(TRAIN)
    const first = one.start()
    const before = first.api.handle(first.train).info.directory
    const second = other.start({ env: { PERSIST_PATH: one.store } })
    expect(second.api.handle(second.train).info.directory).not.toBe(before)
    expect(relative(one.store, second.api.handle(second.train).info.directory)).toMatch(/^app-/)
  })

  it('an id of the user\'s own makes two clones share', () => {
    const one = app(TRAIN, { projectId: 'shared' })
    const clone = app(TRAIN, { projectId: 'shared' })
    one.start().train('mnist', 'cnn', 3)
    const { train, api } = clone.start({ env: { PERSIST_PATH: one.store } })
    train('mnist', 'cnn', 3)
    expect(relative(one.store, api.handle(train).info.directory)).toMatch(/^app-shared/)
    expect([one.ran(), clone.ran()]).toEqual([['train cpu'], []])
  })

  it('the root is what the environment, the config or the program says', () => {
    const project = app(TRAIN, { persistPath: '../from-config' })
    const { train, api } = project.start({ env: { PERSIST_PATH: '' } })
    expect(api.handle(train).info.directory).toContain('from-config')
    api.configure({ persistPath: join(project.directory, '../from-program') })
    expect(api.handle(train).info.directory).toContain('from-program')
    const again = project.start()
    expect(again.api.handle(again.train).info.directory.startsWith(project.store)).toBe(true)
  })
})

describe('groups', () => {
  it('parameters become directories, lists of them one directory', () => {
    const project = app(TRAIN)
    const { train, api } = project.start()
    train('mnist', 'cnn', 3)
    train('cifar', 'cnn', 3)
    const buckets = bucketsIn(api.handle(train).info.directory).map((file) => file.split('/').slice(0, -1))
    expect(buckets).toEqual([['cifar', expect.stringMatching(/cnn.*3/)], ['mnist', expect.stringMatching(/cnn.*3/)]])
  })

  it('calls in one group are still told apart by the rest', () => {
    const project = app(TRAIN)
    const { train } = project.start()
    expect([train('mnist', 'cnn', 3, 1), train('mnist', 'cnn', 3, 2)]).toEqual(['mnist,cnn,3,1', 'mnist,cnn,3,2'])
    expect(project.ran()).toHaveLength(2)
  })

  it.each([
    ['a value that leads elsewhere', '../../..', 'a'],
    ['a path', 'a/b', 'a_b'],
    ['a reserved name', 'CON', 'con'],
    ['nothing', '', 'a'],
    ['a very long one', 'x'.repeat(4000), 'x'.repeat(3999)],
    ['cases that differ', 'Mnist', 'mnist'],
  ])('values are made into legal names, no two into one: %s', (_, one, other) => {
    const project = app(TRAIN)
    const { train, api } = project.start()
    expect([train(one, 'm', 1), train(other, 'm', 1)]).toEqual([`${one},m,1,0`, `${other},m,1,0`])
    expect([train(one, 'm', 1), train(other, 'm', 1)]).toEqual([`${one},m,1,0`, `${other},m,1,0`])
    expect(project.ran()).toHaveLength(2)
    const directory = api.handle(train).info.directory
    const groups = new Set(bucketsIn(directory).map((file) => file.split('/').slice(0, -1).join('/')))
    expect(groups.size).toBe(2)
    expect(readdirSync(join(project.store, '..')).sort()).toEqual(['app', 'store'])
  })

  it('a path into an object is a group', () => {
    const project = app(`// @persist { groupBy: ['options.model.name'] }\nexport function fit(options: object) { return 1 }`)
    const { fit, api } = project.start()
    fit({ model: { name: 'tree' }, depth: 1 })
    expect(bucketsIn(api.handle(fit).info.directory)[0]).toMatch(/^tree\//)
  })

  it('a name that is no parameter is an error when the code is compiled', () => {
    expect(() => app(TRAIN.replace(`'dataset',`, `'datset',`)).start()).toThrow(/src\/main\.ts:2[\s\S]*datset[\s\S]*dataset/)
  })
})

describe('buckets', () => {
  const TEXTS = `
    // @persist { hashSize: SIZE }
    export function repeat(x: number) { console.log('repeat'); return String(x).repeat(15_000) }`
  /** Enough for one file to be too much. */
  const fill = (repeat: (x: number) => string): void => void Array.from({ length: 80 }, (_, x) => repeat(10 + x))

  it.each([
    [1, ['@1-0']],
    [3, ['@1-0', '@3-0', '@3-1', '@3-2']],
  ])('a function has at most as many as its hash size: %i', (hashSize, expected) => {
    const project = app(TEXTS.replace('SIZE', `${hashSize}`))
    const { repeat, api } = project.start()
    fill(repeat)
    expect([...new Set(bucketsIn(api.handle(repeat).info.directory).map((file) => file.replace(/\..*/, '')))]).toEqual(expected)
    fill(project.start().repeat)
    expect(project.ran()).toHaveLength(80)
  })

  it('another hash size leaves what is there readable', () => {
    const project = app(TEXTS.replace('SIZE', '3'))
    fill(project.start().repeat)
    project.edit('src/main.ts', 'hashSize: 3', 'hashSize: 7')
    const { repeat, api } = project.start()
    fill(repeat)
    expect(project.ran()).toHaveLength(80)
    repeat(5)
    expect(bucketsIn(api.handle(repeat).info.directory).some((file) => file.startsWith('@7-'))).toBe(true)
  })

  it.each(['call', 'func', 'global'])('maintenance may lock by %s', (lockGranularity) => {
    const project = app(`// @persist { lockGranularity: '${lockGranularity}' }\nexport function square(x: number) { console.log('square'); return x * x }`)
    const { square, api } = project.start()
    square(2)
    api.handle(square).clear()
    square(2)
    expect(project.start().square(2)).toBe(4)
    expect(project.ran()).toHaveLength(2)
  })
})

describe('arguments', () => {
  it('some are left out of the key', () => {
    const project = app(TRAIN)
    const { train } = project.start()
    train('a', 'b', 1, 0, 'cpu')
    train('a', 'b', 1, 0, 'cuda')
    expect(project.ran()).toEqual(['train cpu'])
  })

  it('objects are arguments without being asked for, and their key order does not matter', () => {
    const project = app(`// @persist\nexport function fit(options: object) { console.log('fit'); return 1 }`)
    const { fit } = project.start()
    fit({ lr: 1, layers: [1, 2], deep: { a: 1, b: 2 } })
    fit({ deep: { b: 2, a: 1 }, layers: [1, 2], lr: 1 })
    fit({ deep: { b: 2, a: 1 }, layers: [2, 1], lr: 1 })
    expect(project.ran()).toHaveLength(2)
  })

  it('a property named like a path is not the path', () => {
    const project = app(`// @persist\nexport function fit(options: object) { console.log('fit'); return 1 }`)
    const { fit } = project.start()
    fit({ 'a|b': 1 })
    fit({ a: { b: 1 } })
    fit({ 'a.b': 1 })
    expect(project.ran()).toHaveLength(3)
  })

  it('a part of an object is left out', () => {
    const project = app(`// @persist { skip: ['options.verbose'] }\nexport function fit(options: object) { console.log('fit'); return 1 }`)
    const { fit } = project.start()
    fit({ lr: 1, verbose: true })
    fit({ lr: 1, verbose: false })
    fit({ lr: 1 })
    fit({ lr: 2 })
    expect(project.ran()).toHaveLength(2)
  })
})

describe('modes', () => {
  const SQUARE = `// @persist\nexport function square(x: number) { console.log('square', x); return x * x }`

  it('off neither reads nor writes', () => {
    const project = app(SQUARE)
    const { square, api } = project.start()
    api.withMode('off', () => square(2))
    square(2)
    api.withMode('off', () => square(2))
    expect(project.ran()).toHaveLength(3)
  })

  it('refresh computes and replaces', () => {
    const project = app(SQUARE)
    const { square, api } = project.start()
    square(2)
    const before = (api.handle(square).peek(2) as any).meta.created
    api.withMode('refresh', () => square(2))
    expect(project.ran()).toHaveLength(2)
    expect((api.handle(square).peek(2) as any).meta.created).toBeGreaterThanOrEqual(before)
    square(2)
    expect(project.ran()).toEqual([])
  })

  it('require reads, and throws on a miss', () => {
    const project = app(SQUARE)
    const { square, api } = project.start()
    square(2)
    api.withMode('require', () => {
      expect(square(2)).toBe(4)
      expect(() => square(3)).toThrow(api.CacheMissError)
    })
    expect(project.ran()).toEqual(['square 2'])
  })

  it('read-only writes nothing', () => {
    const project = app(SQUARE)
    const { square, api } = project.start()
    api.withMode('read-only', () => square(2))
    expect(api.handle(square).has(2)).toBe(false)
    expect(existsSync(project.store) ? bucketsIn(project.store) : []).toEqual([])
  })

  it('a function\'s own mode holds over the project\'s', () => {
    const project = app(`// @persist { mode: 'off' }\nexport function never(x: number) { console.log('never'); return x }\n${SQUARE}`, { mode: 'read-only' })
    const { never, square } = project.start()
    for (let i = 0; i < 2; i++) [never(1), square(1)]
    expect(project.ran().sort()).toEqual(['never', 'never', 'square 1', 'square 1'])
    project.edit('src/main.ts', `mode: 'off'`, `mode: 'cache'`)
    const again = project.start()
    for (let i = 0; i < 2; i++) [again.never(1), again.square(1)]
    expect(project.ran().sort()).toEqual(['never', 'square 1', 'square 1'])
  })

  it('the environment says it for a whole run', () => {
    const project = app(SQUARE)
    project.start({ env: { PERSIST_MODE: 'off' } }).square(2)
    project.start({ env: { PERSIST_MODE: 'cache' } }).square(2)
    project.start({ env: { PERSIST_MODE: 'refresh' } }).square(2)
    const { square } = project.start({ env: { PERSIST_MODE: 'require' } })
    expect(square(2)).toBe(4)
    expect(() => square(3)).toThrow(/require/)
    expect(project.ran()).toHaveLength(3)
  })

  it('the mode never reaches the function as an argument', () => {
    const project = app(`// @persist\nexport function count(...args: unknown[]) { console.log('count'); return args.length }`)
    const { count, api } = project.start()
    expect(api.withMode('refresh', () => count(1, 2))).toBe(2)
    expect(count(1, 2)).toBe(2)
    expect(project.ran()).toHaveLength(1)
  })
})

describe('results kept by hand', () => {
  it('a key of one\'s own, read in another process', () => {
    const project = app(`import { store } from 'unplugin-persist'\nexport const place = (key: unknown) => store(key)`)
    const { place } = project.start()
    expect([place('steps').has(), place('steps').get()]).toEqual([false, undefined])
    place('steps').set({ done: new Set([1]) })
    const again = project.start()
    expect(again.place('steps').get()).toEqual({ done: new Set([1]) })
    expect(again.place(['steps']).has()).toBe(false)
    again.place('steps').forget()
    expect(project.start().place('steps').has()).toBe(false)
  })

  it('the result of a call', () => {
    const project = app(TRAIN)
    const { train, api } = project.start()
    api.handle(train).put(['a', 'b', 1, 0, 'cpu'], 'by hand')
    expect(project.start().train('a', 'b', 1)).toBe('by hand')
    expect(project.ran()).toEqual([])
  })
})

describe('several roots', () => {
  const SQUARE = `// @persist\nexport function square(x: number) { console.log('square'); return x * x }`

  it('local results go to the local root', () => {
    const project = app(SQUARE, { local: true, localPath: '../fast' })
    const { square, api } = project.start()
    square(2)
    expect(api.handle(square).info.directory.startsWith(join(project.directory, '../fast'))).toBe(true)
    expect(project.start().square(2)).toBe(4)
    expect(project.ran()).toHaveLength(1)
  })

  it('an alternative root is read on a miss, and what is found is copied in', () => {
    const project = app(SQUARE, { projectId: 'x' })
    project.start().square(2)
    const other = join(project.directory, '../other')
    cpSync(project.store, other, { recursive: true })
    rmSync(project.store, { recursive: true })
    project.config({ projectId: 'x', alternatives: [other] })
    expect(project.start().square(2)).toBe(4)
    rmSync(other, { recursive: true })
    expect(project.start().square(2)).toBe(4)
    expect(project.ran()).toHaveLength(1)
  })
})

describe('roots that are only read', () => {
  it('are not made', () => {
    const project = app(`// @persist\nexport function square(x: number) { return x * x }`, { alternatives: ['../nowhere'] })
    expect(project.start().square(2)).toBe(4)
    expect(existsSync(join(project.directory, '../nowhere'))).toBe(false)
  })
})

describe('cleaning up', () => {
  it('one result is forgotten, or all of a function', () => {
    const project = app(`// @persist\nexport function square(x: number) { console.log('square', x); return x * x }`)
    const { square, api } = project.start()
    for (const x of [1, 2, 3]) square(x)
    api.handle(square).forget(2)
    for (const x of [1, 2, 3]) square(x)
    expect(project.ran().slice(3)).toEqual(['square 2'])
    api.handle(square).clear()
    const again = project.start()
    for (const x of [1, 2, 3]) again.square(x)
    expect(project.ran()).toHaveLength(3)
  })
})
