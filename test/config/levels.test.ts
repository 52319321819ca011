import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isToRefresh, readEnvironment } from '../../src/config/environment.ts'
import { readGlobalConfig, writeGlobalConfig } from '../../src/config/global-file.ts'
import { findConfigFile, loadProjectConfig, loadProjectConfigSync } from '../../src/config/load.ts'
import { defaultPersistPath, globalConfigPath } from '../../src/config/paths.ts'
import { explainOptions, resolveOptions } from '../../src/config/resolve.ts'
import { parseDuration, parseSize } from '../../src/config/units.ts'

let directory: string
beforeEach(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'persist-config-')))
  mkdirSync(join(directory, '.git'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

function write(file: string, text: string): string {
  const path = join(directory, file)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, text)
  return path
}

describe('units', () => {
  it.each<[unknown, number | undefined]>([
    ['500ms', 500], ['30s', 30_000], ['15m', 900_000], ['12h', 43_200_000], ['7d', 604_800_000], ['2w', 1_209_600_000], ['1.5h', 5_400_000],
    [5, 5], [0, 0], [Infinity, Infinity], ['7', undefined], ['d', undefined], ['7 d', undefined], ['-1d', undefined], [-1, undefined], [null, undefined],
  ])('duration %o', (value, expected) => expect(parseDuration(value)).toBe(expected))

  it.each<[unknown, number | undefined]>([
    ['500B', 500], ['1KB', 1000], ['1.5mb', 1_500_000], ['10GB', 1e10], ['1TB', 1e12], [7, 7], ['10', undefined], ['10 GB', undefined], [-1, undefined],
  ])('size %o', (value, expected) => expect(parseSize(value)).toBe(expected))
})

describe('levels', () => {
  it('the later wins', () => {
    const resolved = resolveOptions({
      global: { mode: 'off', hashSize: 1, onError: 'throw', durability: 'disk' },
      project: { mode: 'refresh', hashSize: 2, onError: 'ignore' },
      configure: { hashSize: 3 },
      function: { hashSize: 4, maxAge: '1s' },
      environment: { mode: 'read-only' },
      call: { maxAge: '2s' },
    })
    expect(resolved).toMatchObject({ mode: 'read-only', modeLevel: 'environment', hashSize: 4, onError: 'ignore', durability: 'disk', maxAge: 2000 })
  })

  it('undefined sets nothing', () => {
    expect(resolveOptions({ project: { mode: 'off' }, function: { mode: undefined } }).mode).toBe('off')
  })

  it('fills in the defaults', () => {
    expect(resolveOptions({}, '/p')).toMatchObject({
      mode: 'cache', modeLevel: 'built-in', hashSize: 500, lockGranularity: 'call', singleFlight: true, onError: 'warn', durability: 'process',
      maxSize: { total: 1e10 }, keepVersions: 30 * 864e5, persistPath: defaultPersistPath(), skip: [], batch: [], outFile: [], lazy: false,
    })
  })

  it('relative paths count from the project', () => {
    const resolved = resolveOptions({ project: { persistPath: '.persist', alternatives: ['../other', '/abs'] } }, '/home/me/app')
    expect(resolved.persistPath).toBe(resolve('/home/me/app/.persist'))
    expect(resolved.alternatives).toEqual([resolve('/home/me/other'), resolve('/abs')])
  })

  it('says which level set what', () => {
    expect(explainOptions({ global: { hashSize: 1 }, project: { hashSize: 2 }, environment: { mode: 'off' } })).toMatchObject({
      hashSize: { value: 2, level: 'project' }, mode: { value: 'off', level: 'environment' }, onError: { value: 'warn', level: 'built-in' },
    })
  })
})

describe('environment', () => {
  it('sets path, mode and what to refresh', () => {
    const read = readEnvironment({ PERSIST_PATH: 'rel', PERSIST_MODE: 'require', PERSIST_REFRESH: 'src/a.ts#train, load' })
    expect(read).toEqual({ options: { persistPath: resolve('rel'), mode: 'require' }, refresh: ['src/a.ts#train', 'load'], problems: [] })
  })

  it('has a variable for each option of every level', () => {
    const read = readEnvironment({
      PERSIST_HASH_SIZE: '20', PERSIST_LOCK_GRANULARITY: 'func', PERSIST_SINGLE_FLIGHT: 'no', PERSIST_ON_ERROR: 'throw', PERSIST_LOCAL: '1',
      PERSIST_LOCAL_PATH: 'fast', PERSIST_ALTERNATIVES: ['a', '', '/b'].join(delimiter), PERSIST_DURABILITY: 'disk', PERSIST_MAX_SIZE: '{ "current": "1GB" }',
      PERSIST_KEEP_VERSIONS: '2d',
    })
    expect(read).toEqual({
      problems: [],
      refresh: [],
      options: {
        hashSize: 20, lockGranularity: 'func', singleFlight: false, onError: 'throw', local: true, localPath: resolve('fast'),
        alternatives: [resolve('a'), resolve('/b')], durability: 'disk', maxSize: { current: '1GB' }, keepVersions: '2d',
      },
    })
  })

  it.each([
    [{ PERSIST_HASH_SIZE: 'many' }, /^PERSIST_HASH_SIZE is 'many', expected a whole number/],
    [{ PERSIST_LOCAL: 'maybe' }, /^PERSIST_LOCAL is 'maybe', expected true or false/],
    [{ PERSIST_ON_ERROR: 'wran' }, /^PERSIST_ON_ERROR is 'wran', .*Did you mean `warn`/],
    [{ PERSIST_MAX_SIZE: '{' }, /^PERSIST_MAX_SIZE is '\{', expected bytes/],
  ])('leaves out %j, and says why', (env, message) => {
    expect(readEnvironment(env)).toEqual({ options: {}, refresh: [], problems: [expect.stringMatching(message)] })
  })

  it('names a mode that there is not', () => {
    expect(readEnvironment({ PERSIST_MODE: 'cahce' }).problems[0]).toMatch(/PERSIST_MODE is 'cahce'.*Did you mean `cache`/)
  })

  it.each([['src/a.ts#train', true], ['src/a.ts', true], ['train', true], ['#train', true], ['*', true], ['src/b.ts#train', false], ['trai', false]])('%s refreshes: %s', (id, expected) => {
    expect(isToRefresh([id], 'src/a.ts', 'train')).toBe(expected)
  })
})

describe('the machine\'s file', () => {
  it('need not exist', () => {
    expect(readGlobalConfig(join(directory, 'none.json'))).toEqual({ path: join(directory, 'none.json'), options: {}, problems: [] })
  })

  it('reads back what was written, and is not replaced unasked', () => {
    const path = join(directory, 'sub/config.json')
    writeGlobalConfig({ persistPath: '/x', hashSize: 7 }, { path })
    expect(readGlobalConfig(path)).toEqual({ path, options: { persistPath: '/x', hashSize: 7 }, problems: [] })
    expect(() => writeGlobalConfig({}, { path })).toThrow(/EEXIST/)
    writeGlobalConfig({}, { path, replace: true })
    expect(readGlobalConfig(path).options).toEqual({})
  })

  it('never stops a program: what is wrong is left out and named', () => {
    expect(readGlobalConfig(write('a.json', '{')).problems[0]).toMatch(/is no JSON/)
    expect(readGlobalConfig(write('b.json', '[]')).problems[0]).toMatch(/holds no object/)
    const read = readGlobalConfig(write('c.json', '{"hashSize": "x", "mode": "off", "projectId": "a"}'))
    expect(read.options).toEqual({ mode: 'off' })
    expect(read.problems).toHaveLength(2)
  })

  it('has a place on each platform', () => {
    expect(globalConfigPath()).toMatch(/unplugin-persist.config\.json$/)
  })
})

describe('a project\'s config', () => {
  it.each([
    ['persist.config.ts', 'const mode: string = "off"; export default { mode }'],
    ['persist.config.mts', 'export default { mode: "off" as const }'],
    ['persist.config.js', 'export default { mode: "off" }'],
    ['persist.config.mjs', 'export default () => ({ mode: "off" })'],
    ['persist.config.json', '{ "mode": "off" }'],
    ['package.json', '{ "name": "a", "persist": { "mode": "off" } }'],
  ])('is read from %s, sync and async', async (file, text) => {
    const path = write(file, text)
    const nested = join(directory, 'src/deep')
    mkdirSync(nested, { recursive: true })
    for (const config of [await loadProjectConfig(nested), loadProjectConfigSync(nested)]) {
      expect(config.options).toEqual({ mode: 'off' })
      expect(config.file).toBe(path)
      expect(config.dependencies).toContain(path)
    }
  })

  it('need not exist, and is not looked for beyond the repository', async () => {
    const inner = join(directory, 'inner')
    mkdirSync(join(inner, '.git'), { recursive: true })
    write('persist.config.json', '{ "mode": "off" }')
    expect(await loadProjectConfig(inner)).toEqual({ options: {}, dependencies: [] })
  })

  it('the nearest one holds', () => {
    write('persist.config.json', '{}')
    const near = write('packages/a/persist.config.json', '{}')
    expect(findConfigFile(join(directory, 'packages/a/src'))).toBe(near)
  })

  it('two in one place are refused', () => {
    write('persist.config.json', '{}')
    write('persist.config.js', 'export default {}')
    expect(() => loadProjectConfigSync(directory)).toThrow(/has 2 configs .*keep one/)
  })

  it.each<[string, string, RegExp]>([
    ['persist.config.json', '{ "mod": "off" }', /persist\.config\.json: unknown option `mod`\. Did you mean `mode`\?/],
    ['persist.config.json', '{', /persist\.config\.json can't be loaded/],
    ['persist.config.js', 'export default 5', /gives 5, expected an object of options/],
    ['persist.config.js', 'throw new Error("oh")', /persist\.config\.js can't be loaded: oh/],
  ])('%s with %s is refused', async (file, text, expected) => {
    write(file, text)
    await expect(loadProjectConfig(directory)).rejects.toThrow(expected)
    await expect(loadProjectConfig(directory)).rejects.toMatchObject({ code: 'OPTION' })
  })

  it('an async function is for those who can wait', async () => {
    write('persist.config.mjs', 'export default async () => ({ hashSize: 3 })')
    expect((await loadProjectConfig(directory)).options).toEqual({ hashSize: 3 })
    expect(() => loadProjectConfigSync(directory)).toThrow(/through a promise/)
  })
})
