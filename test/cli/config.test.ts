import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { globalConfigPath } from '../../src/config/paths.ts'
import { runCli } from './support.ts'
import type { CliOutput } from './support.ts'

let directory: string

beforeEach(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'persist-config-')))
  writeFileSync(join(directory, 'package.json'), '{ "name": "app" }')
})

afterEach(() => rmSync(directory, { recursive: true, force: true }))

/** All platforms' places for such files lie in the test's directory. */
const places = (): Record<string, string> => ({ HOME: directory, XDG_CONFIG_HOME: join(directory, 'config'), XDG_CACHE_HOME: join(directory, 'cache'), APPDATA: directory, LOCALAPPDATA: directory })

function config(env: Record<string, string>, ...args: string[]): Promise<CliOutput> {
  return runCli(['config', '--cwd', directory, ...args], { ...places(), ...env })
}

test('says of each option its value and which level set it', async () => {
  writeFileSync(join(directory, 'persist.config.json'), '{ "hashSize": 20, "mode": "read-only" }')
  const { code, json } = await config({ PERSIST_MODE: 'refresh' }, '--json')
  expect(code).toBe(0)
  expect(json.project).toEqual({ name: 'app', path: directory })
  expect(json.options.hashSize).toEqual({ value: 20, level: 'project', source: join(directory, 'persist.config.json') })
  expect(json.options.mode).toEqual({ value: 'refresh', level: 'environment', source: 'PERSIST_MODE' })
  expect(json.options.onError).toEqual({ value: 'warn', level: 'built-in', source: null })
})

test('says it for one function, with what its mark and the environment set', async () => {
  writeFileSync(join(directory, 'package.json'), '{ "name": "app", "persist": { "onError": "throw" } }')
  writeFileSync(join(directory, 'train.ts'), `\n// @persist { hashSize: 7, mode: 'off', maxAge: '7d' }\nexport function train() {}\n`)
  const { json } = await config({ PERSIST_HASH_SIZE: '9' }, 'train.ts#train', '--json')
  expect(json.function).toBe('train.ts#train')
  expect(json.options.hashSize).toEqual({ value: 9, level: 'environment', source: 'PERSIST_HASH_SIZE' })
  expect(json.options.mode).toEqual({ value: 'off', level: 'function', source: 'train.ts:3' })
  expect(json.options.maxAge).toEqual({ value: '7d', level: 'function', source: 'train.ts:3' })
  expect(json.options.onError).toEqual({ value: 'throw', level: 'project', source: join(directory, 'package.json') })
  expect(await config({}, 'tran')).toMatchObject({ code: 2, err: expect.stringContaining('no marked function `tran`') })
})

test('`config init` writes the machine\'s file, which then holds, and replaces none unasked', async () => {
  expect((await config({}, 'init', '--dry-run')).code).toBe(0)
  const path = withPlaces(globalConfigPath)
  expect(existsSync(path)).toBe(false)
  expect((await config({}, 'init')).code).toBe(0)
  const written = JSON.parse(readFileSync(path, 'utf8'))
  expect((await config({}, '--json')).json.options.persistPath).toEqual({ value: written.persistPath, level: 'global', source: path })

  const again = await config({}, 'init')
  expect(again.code).toBe(1)
  expect(again.err).toContain('--force')
  expect((await config({}, 'init', '--force')).code).toBe(0)
})

test('a faulty file of the machine is named, with exit code 1', async () => {
  await config({}, 'init')
  writeFileSync(withPlaces(globalConfigPath), '{ "hashSize": 0 }')
  const { code, err, json } = await config({}, '--json')
  expect(code).toBe(1)
  expect(err).toContain('hashSize')
  expect(json.options.hashSize.level).toBe('built-in')
})

test('a faulty project config fails with its cure', async () => {
  writeFileSync(join(directory, 'persist.config.json'), '{ "hashsize": 20 }')
  const { code, err } = await config({})
  expect(code).toBe(1)
  expect(err).toContain('Did you mean `hashSize`?')
})

function withPlaces(find: () => string): string {
  const before = { ...process.env }
  Object.assign(process.env, places())
  try {
    return find()
  } finally {
    for (const name of Object.keys(places())) {
      if (before[name] === undefined) delete process.env[name]
      else process.env[name] = before[name]
    }
  }
}
