import { describe, expect, it } from 'vitest'
import { json } from './values.ts'
import { validateFunctionOptions, validateOptions, validateProjectOptions } from '../../src/config/validate.ts'

const PARAMS = ['dataset', 'epochs', 'opts', '...rest']

function messages(options: Record<string, unknown>, params: readonly string[] | undefined = PARAMS): string[] {
  return validateFunctionOptions(options, params).map(({ option, message }) => `${option}: ${message}`)
}

describe('options of a function', () => {
  it.each<Record<string, unknown>>([
    {},
    { skip: ['epochs', 'opts.verbose', 'rest'], groupBy: ['dataset', ['opts.size', 'opts.kind']] },
    { maxAge: '7d', staleWhileRevalidate: '1.5h', minDuration: 100 },
    { maxAge: new Date(0) },
    { name: 'train', version: 2, tags: ['a'], env: ['HOME'], files: ['data/a.csv'] },
    { outFile: 'dataset', lazy: true },
    { batch: ['dataset'], impure: true, untracked: ['db'] },
    { impure: ['Math.random'], mode: 'off', hashSize: 1, singleFlight: false, maxSize: { total: '1GB', current: 5 } },
    { key: { epochs: () => 1, 'opts.size': () => 2 }, codec: json, validate: () => true, cacheIf: () => true },
    { key: () => 1, codec: { model: json, metrics: json } },
    { mode: undefined, skip: undefined },
  ])('takes %j', (options) => {
    expect(messages(options)).toEqual([])
  })

  it.each<[Record<string, unknown>, RegExp]>([
    [{ maxAg: 1 }, /unknown option `maxAg`\. Did you mean `maxAge`\?/],
    [{ groupby: ['dataset'] }, /unknown option `groupby`\. Did you mean `groupBy`\?/],
    [{ zzzzzzzzzz: 1 }, /unknown option `zzzzzzzzzz`\. There are `mode`/],
    [{ persistPath: '/x' }, /`persistPath` belongs to the project/],
    [{ maxAge: '7 days' }, /`maxAge` is '7 days', expected milliseconds or a number with a unit/],
    [{ maxAge: -1 }, /`maxAge` is -1/],
    [{ maxAge: Number.NaN }, /`maxAge` is NaN/],
    [{ mode: 'of' }, /`mode` is 'of', expected one of 'cache', .* Did you mean `off`\?/],
    [{ hashSize: 1.5 }, /`hashSize` is 1\.5, expected a whole number/],
    [{ skip: 'epochs' }, /`skip` is 'epochs', expected a list/],
    [{ skip: ['device'] }, /`skip` names 'device', but there is no parameter `device`\. The parameters are `dataset`, `epochs`/],
    [{ skip: ['epoch'] }, /no parameter `epoch`\. Did you mean `epochs`\?/],
    [{ skip: ['opts..a'] }, /has 'opts\.\.a', which has an empty step/],
    [{ groupBy: [['dataset', 'nope.x']] }, /`groupBy` names 'nope\.x', but there is no parameter `nope`/],
    [{ key: { sed: () => 1 } }, /`key` names 'sed'/],
    [{ batch: ['opts.list'] }, /`batch` has 'opts\.list', expected a whole parameter/],
    [{ outFile: ['path'] }, /`outFile` names 'path'/],
    [{ codec: 'json' }, /`codec` is 'json', expected a codec.*persist\(fn, \{ codec: … \}\)/],
    [{ validate: true }, /`validate` is true, expected a function/],
    [{ skip: ['dataset'], groupBy: ['dataset'] }, /`dataset` is in `skip` and in `groupBy`/],
    [{ skip: ['dataset'], batch: ['dataset'] }, /`dataset` is in `batch` and in `skip`/],
    [{ lazy: true, batch: ['dataset'] }, /`lazy` and `batch` don't go together/],
    [{ staleWhileRevalidate: '1h' }, /set `maxAge` too/],
    [{ version: '' }, /`version` is ''/],
    [{ tags: 'a' }, /`tags` is 'a', expected a list of strings/],
    [{ maxSize: { totl: '1GB' } }, /`maxSize` is \{"totl":"1GB"\}/],
    [{ __proto__: null, constructor: 1 }, /unknown option `constructor`/],
  ])('refuses %j', (options, expected) => {
    const found = messages(options)
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(expected)
  })

  it('says so where a function has no parameters', () => {
    expect(messages({ skip: ['a'] }, [])[0]).toMatch(/The function has no parameters/)
  })

  it('leaves names alone where the parameters aren\'t known', () => {
    expect(validateFunctionOptions({ skip: ['anything'] }, undefined)).toEqual([])
  })

  it('names each fault', () => {
    expect(messages({ mode: 'x', lazy: 1, nope: 2 })).toHaveLength(3)
  })
})

describe('options of a project', () => {
  it('takes what belongs to it', () => {
    expect(validateProjectOptions({ persistPath: '.persist', projectId: 'team', mode: 'read-only', alternatives: ['/mnt/x'] })).toEqual([])
  })

  it('refuses what belongs to a function', () => {
    expect(validateProjectOptions({ skip: ['a'] })[0]!.message).toMatch(/`skip` belongs to one function/)
  })

  it('does not propose options of functions', () => {
    expect(validateProjectOptions({ skipp: [] })[0]!.message).not.toMatch(/`skip`/)
  })
})

it('options laid over others may be of any level', () => {
  expect(validateOptions({ persistPath: '/x', skip: ['a'], maxAge: 0 })).toEqual([])
})
