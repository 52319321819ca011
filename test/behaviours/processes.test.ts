/**
 * What all of them promise of processes: results outlive the one that made them, many at once compute once and lose nothing,
 * and one that dies holds up nobody. In real processes, under the compiled register hook: build first.
 */
import { describe, expect, it, vi } from 'vitest'
import { app } from './harness.ts'

vi.setConfig({ testTimeout: 120_000 })

const SLOW = `
import { setTimeout as pass } from 'node:timers/promises'
// @persist
export async function slow(x) { console.log('computing'); await pass(400); return { x, square: x * x } }
`

describe('persist_to_disk, permacache, curifactory: processes', () => {
  it('a result outlives its process, for scripts and for what compiles them otherwise', async () => {
    const project = app({ 'src/main.js': SLOW, 'run.js': `import { slow } from './src/main.js'\nconsole.log(JSON.stringify(await slow(3)))` })
    expect(await project.run('run.js')).toMatchObject({ code: 0, values: [{ x: 3, square: 9 }], lines: ['computing'] })
    expect(await project.run('run.js')).toMatchObject({ code: 0, values: [{ x: 3, square: 9 }], lines: [] })
    expect(await project.start({ file: 'src/main.js' }).slow(3)).toEqual({ x: 3, square: 9 })
    expect(project.ran()).toEqual([])
  })

  it('several at once compute a result once', async () => {
    const project = app({ 'src/main.js': SLOW, 'run.js': `import { slow } from './src/main.js'\nconsole.log(JSON.stringify(await slow(3)))` })
    const all = await Promise.all(Array.from({ length: 3 }, () => project.run('run.js')))
    expect(all.map(({ values }) => values)).toEqual(Array(3).fill([{ x: 3, square: 9 }]))
    expect(all.flatMap(({ lines }) => lines)).toEqual(['computing'])
  })

  it('several at once in one directory lose nothing', async () => {
    const project = app({
      'src/main.js': `// @persist\nexport function square(x) { console.log('computing'); return x * x }`,
      'run.js': `import { square } from './src/main.js'\nconst from = Number(process.argv[2])\nlet sum = 0\nfor (let x = from; x < from + 40; x++) sum += square(x)\nconsole.log(JSON.stringify(sum))`,
    })
    const all = await Promise.all([0, 40, 80].map((from) => project.run('run.js', { args: [`${from}`] })))
    expect(all.flatMap(({ lines }) => lines)).toHaveLength(120)
    const { square } = project.start({ file: 'src/main.js' })
    expect(Array.from({ length: 120 }, (_, x) => square(x))).toEqual(Array.from({ length: 120 }, (_, x) => x * x))
    expect(project.ran()).toEqual([])
  })

  it('worker threads are like processes', async () => {
    const project = app({
      'src/main.js': SLOW,
      'worker.js': `import { slow } from './src/main.js'\nimport { parentPort } from 'node:worker_threads'\nparentPort.postMessage(await slow(3))`,
      'run.js': `
        import { Worker } from 'node:worker_threads'
        const all = Array.from({ length: 3 }, () => new Promise((done, failed) => new Worker(new URL('./worker.js', import.meta.url)).once('message', done).once('error', failed)))
        console.log(JSON.stringify(await Promise.all(all)))`,
    })
    const { values, lines } = await project.run('run.js')
    expect(values).toEqual([Array(3).fill({ x: 3, square: 9 })])
    expect(lines).toEqual(['computing'])
  })
})

describe('joblib, cachier: one that dies', () => {
  it('while it computes holds up nobody', async () => {
    const project = app({
      'src/main.js': `
        import { existsSync, writeFileSync } from 'node:fs'
        // @persist { skip: ['flag'], impure: true }
        export async function fragile(x, flag) {
          console.log('computing')
          await null
          if (!existsSync(flag)) {
            writeFileSync(flag, '')
            process.kill(process.pid, 'SIGKILL')
          }
          return x + 1
        }`,
      'run.js': `import { fragile } from './src/main.js'\nconsole.log(JSON.stringify(await fragile(1, './flag')))`,
    })
    expect(await project.run('run.js')).toMatchObject({ signal: 'SIGKILL', values: [] })
    expect(await project.run('run.js')).toMatchObject({ code: 0, values: [2], lines: ['computing'] })
    expect(await project.run('run.js')).toMatchObject({ code: 0, values: [2], lines: [] })
  })

  it('leaves what it had stored', async () => {
    const project = app({
      'src/main.js': `// @persist\nexport function square(x) { console.log('computing'); return x * x }`,
      'run.js': `import { square } from './src/main.js'\nsquare(1)\nsquare(2)\nprocess.kill(process.pid, 'SIGKILL')\nsquare(3)`,
    })
    await project.run('run.js')
    const { square } = project.start({ file: 'src/main.js' })
    expect([square(1), square(2)]).toEqual([1, 4])
    expect(project.ran()).toEqual([])
  })
})

describe('memoize-fs, checkpointing: scripts', () => {
  it('an error has the lines of the file as it was written', async () => {
    const project = app({
      'src/main.js': `// @persist\nexport function f(x) {\n  const y = x\n  throw new Error('here ' + y)\n}\n`,
      'run.js': `import { f } from './src/main.js'\ntry { f(1) } catch (error) { console.log(JSON.stringify(error.stack.split('\\n')[1])) }`,
    })
    expect((await project.run('run.js')).values[0]).toMatch(/src\/main\.js:4:9/)
  })

  it('may be written for CommonJS', async () => {
    const project = app({
      'src/main.cjs': `// @persist\nexports.f = function f(x) { console.log('computing'); return x + 1 }`,
      'run.cjs': `console.log(JSON.stringify(require('./src/main.cjs').f(1)))`,
    })
    expect(await project.run('run.cjs')).toMatchObject({ values: [2], lines: ['computing'] })
    expect(await project.run('run.cjs')).toMatchObject({ values: [2], lines: [] })
  })

  it('a mode of the environment holds for the whole run', async () => {
    const project = app({ 'src/main.js': SLOW, 'run.js': `import { slow } from './src/main.js'\nawait slow(1)` })
    expect(await project.run('run.js', { env: { PERSIST_MODE: 'require' } })).toMatchObject({ code: 1, stderr: expect.stringMatching(/src\/main\.js#slow\(x=1\) has no stored result/) })
    await project.run('run.js')
    expect(await project.run('run.js', { env: { PERSIST_MODE: 'require' } })).toMatchObject({ code: 0, lines: [] })
  })
})
