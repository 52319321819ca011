import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addDrivers, build, HOSTS, runApp } from '../hosts/hosts.ts'
import { COMPUTATIONS, program } from '../hosts/program.ts'
import { linkAll, repository, runWell, writeFiles } from '../hosts/workspace.ts'

const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
let directory: string
let app: string

/** An app that has nothing but the packed package; bundlers stand above it. */
beforeAll(async () => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'persist-package-')))
  await runWell(npm, ['pack', '--ignore-scripts', '--pack-destination', directory], { cwd: repository })
  const tarball = readdirSync(directory).find((name) => name.endsWith('.tgz'))!
  linkAll(join(repository, 'node_modules'), join(directory, 'node_modules'))
  app = join(directory, 'app')
  writeFiles(app, program('ts'))
  addDrivers(app)
  await runWell(npm, ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', `../${tarball}`], { cwd: app })
}, 300_000)

afterAll(() => rmSync(directory, { recursive: true, force: true }))

const store = (): string => join(directory, 'store')

test('the packed package installs with no more than it needs', () => {
  expect(readdirSync(join(app, 'node_modules/unplugin-persist')).sort()).toEqual(expect.arrayContaining(['dist', 'package.json']))
  expect(readdirSync(join(app, 'node_modules/unplugin-persist'))).not.toContain('src')
  expect(readdirSync(join(app, 'node_modules'))).not.toContain('vite')
})

test('the compiler of the hooks needs no ES module: their thread can\'t require one on some Node 22', async () => {
  const compiler = join(app, 'node_modules/unplugin-persist/dist/register-compile.cjs')
  const { stdout } = await runWell(process.execPath, ['--no-experimental-require-module', '-p', `typeof require(${JSON.stringify(compiler)}).compile`], { cwd: app })
  expect(stdout.trim()).toBe('function')
})

test('what a first host computes from the packed package, each other reads', async () => {
  for (const host of HOSTS) {
    await build(host, app)
    const { computed } = await runApp(host, app, store())
    expect({ host: host.name, computed }).toEqual({ host: host.name, computed: host === HOSTS[0] ? COMPUTATIONS : [] })
  }
}, 300_000)

test('bundlers that take the package in have nothing to say of it', async () => {
  writeFiles(app, {
    'whole.js': `import { persist } from 'unplugin-persist'\nimport { call } from 'unplugin-persist/runtime'\nconsole.log(typeof persist, typeof call)\n`,
    'whole.mjs': `
import webpack from 'webpack'
import { rspack } from '@rspack/core'
import { build } from 'esbuild'
import { rolldown } from 'rolldown'
const said = []
for (const [name, bundler] of Object.entries({ webpack, rspack })) {
  const stats = await new Promise((resolve, reject) => bundler({ mode: 'production', target: 'node20', context: process.cwd(), entry: './whole.js', output: { filename: name + '.cjs' } }, (error, done) => (error ? reject(error) : resolve(done))))
  const { warnings, errors } = stats.toJson({ all: false, warnings: true, errors: true })
  said.push(...[...warnings, ...errors].map(({ message }) => name + ': ' + message))
}
const { warnings } = await build({ entryPoints: ['whole.js'], bundle: true, write: false, platform: 'node', format: 'esm', logLevel: 'silent' })
said.push(...warnings.map(({ text }) => 'esbuild: ' + text))
const bundle = await rolldown({ input: 'whole.js', platform: 'node', onLog: (level, { message }) => void (level === 'warn' && said.push('rolldown: ' + message)) })
await bundle.generate({ format: 'esm' })
console.log(JSON.stringify(said))
`,
  })
  expect(JSON.parse((await runWell(process.execPath, ['whole.mjs'], { cwd: app })).result)).toEqual([])
}, 120_000)

test('the hooks work from the packed package', async () => {
  const read = await runWell(process.execPath, ['--import', 'unplugin-persist/register', '--import', 'tsx', 'src/main.ts'], { cwd: app, env: { PERSIST_PATH: store() } })
  expect(read.computed).toEqual([])
  expect(read.stderr).toBe('')
})

test('every entry can be imported and required, quietly', async () => {
  const entries = ['.', './runtime', './vite', './rollup', './rolldown', './webpack', './rspack', './esbuild', './farm', './unplugin', './loader', './register']
  const code = `
const { createRequire } = require('node:module')
const main = require('unplugin-persist')
if (typeof main.persist !== 'function' || typeof main.handle !== 'function') throw new Error('main')
for (const host of ['vite', 'rollup', 'rolldown', 'webpack', 'rspack', 'esbuild', 'farm', 'loader']) {
  if (typeof require('unplugin-persist/' + host) !== 'function') throw new Error(host)
}
if (typeof require('unplugin-persist/runtime').call !== 'function') throw new Error('runtime')
Promise.all(${JSON.stringify(entries)}.map((entry) => import('unplugin-persist' + entry.slice(1)))).then((all) => {
  if (all[0].persist.name !== 'persist' || typeof all[2].default !== 'function') throw new Error('import')
  console.log('fine')
})
`
  writeFiles(app, { 'entries.cjs': code })
  const { result, stderr } = await runWell(process.execPath, ['entries.cjs'], { cwd: app, env: { PERSIST_PATH: store() } })
  expect(result).toBe('fine')
  expect(stderr).toBe('')
})

test('the ES module and the CommonJS copy share one state', async () => {
  writeFiles(app, {
    'both.cjs': `
const { withMode, persist } = require('unplugin-persist')
import('unplugin-persist').then((esm) => {
  let runs = 0
  const counted = esm.persist((n) => { runs++; return n }, { name: 'counted' })
  counted(1); counted(1)
  if (runs !== 1) throw new Error('not cached: ' + runs)
  withMode('off', () => counted(1))
  console.log(runs)
})
`,
  })
  expect((await runWell(process.execPath, ['both.cjs'], { cwd: app, env: { PERSIST_PATH: join(directory, 'store-both') } })).result).toBe('2')
})

test('the browser entry has every name of the main one', async () => {
  writeFiles(app, {
    'names.mjs': `
const names = async (path) => Object.keys(await import(path)).filter((name) => name !== 'default')
const main = await names('unplugin-persist')
const browser = await names('./node_modules/unplugin-persist/dist/browser.js')
const runtime = await names('unplugin-persist/runtime')
const inBrowser = await names('./node_modules/unplugin-persist/dist/runtime-browser.js')
console.log(JSON.stringify([main.filter((name) => !browser.includes(name)), runtime.filter((name) => !inBrowser.includes(name))]))
`,
  })
  expect(JSON.parse((await runWell(process.execPath, ['names.mjs'], { cwd: app })).result)).toEqual([[], []])
})

test('the command line starts', async () => {
  const { stdout } = await runWell(process.execPath, ['node_modules/.bin/persist', '--help'], { cwd: app })
  expect(stdout).toContain('scan')
})
