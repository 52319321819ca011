/** One process, or one thread of it, of `load.ts`. */
import { appendFileSync } from 'node:fs'
import process from 'node:process'
import { isMainThread, Worker, workerData } from 'node:worker_threads'
import { configure, handle } from 'unplugin-persist'
import { call, define } from 'unplugin-persist/runtime'

const [store, log, seed, until] = (isMainThread ? process.argv.slice(2) : (workerData as string[])) as [string, string, string, string]
configure({ persistPath: store, projectId: 'load' })
const project = { name: 'load', at: '' }

let state = Number(seed) * 7919 + 1
const random = (below: number): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return Math.floor((state / 2 ** 32) * below)
}
const note = (line: string): void => appendFileSync(log, `${line}\n`)
/** What a call has begun to compute and its caller has not got yet. */
const begun: string[] = []
const compute = (id: string): void => {
  begun.push(id)
  note(`> ${id}`)
}
const busy = (milliseconds: number): void => {
  for (const end = performance.now() + milliseconds; performance.now() < end; );
}
const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))
/** Some in a bucket, some as files of their own. */
const valueOf = (name: string, id: number): string => `${name} ${id} ${'x'.repeat(id % 17 === 0 ? 80_000 : id % 500)}`

const descriptor = (name: string, params: string[], more: object = {}) => ({ v: 1, module: 'src/load.ts', name, fingerprint: `load ${name}`, project, params, ...more })

let inside: number | undefined
const s = define(descriptor('sync', ['id', 'depth'], { options: { skip: ['depth'] } }), () => sync)
function sync(id: number, depth: number): string {
  return call(s, undefined, [id, depth], 0, () => {
    if (inside === id) return valueOf('sync', id)
    compute(`sync ${id}`)
    busy(3 + (id % 5))
    if (depth === 0 || id % 3 !== 0) return valueOf('sync', id)
    // With a parameter that doesn't count, this is the same call once more, within itself.
    inside = id
    try {
      return sync(id, depth - 1)
    } finally {
      inside = undefined
    }
  })
}

const a = define(descriptor('later', ['id'], { async: true }), () => later)
async function later(id: number): Promise<string> {
  return call(a, undefined, [id], 0, async () => {
    compute(`later ${id}`)
    await sleep(3 + (id % 20))
    // Nested: each needs another one, and by way of it a chain of them.
    if (id % 4 === 0 && id > 0) await later(id >> 1)
    if (id % 6 === 1) sync(id >> 1, 1)
    return valueOf('later', id)
  })
}

const g = define(descriptor('grouped', ['group', 'id'], { options: { groupBy: ['group'] } }), () => grouped)
function grouped(group: string, id: number): string {
  return call(g, undefined, [group, id], 0, () => {
    compute(`grouped ${id}`)
    busy(3)
    return valueOf('grouped', id)
  })
}

/** Computed as often as need be: it is forgotten, cleared and replaced all the time. */
const c = define(descriptor('scratch', ['id']), () => scratch)
function scratch(id: number): string {
  return call(c, undefined, [id], 0, () => valueOf('scratch', id))
}
const control = handle(scratch)

let calls = 0
function expect(found: unknown, wanted: string): void {
  calls++
  if (found !== wanted) note(`! ${JSON.stringify(found)?.slice(0, 40)} instead of ${wanted.slice(0, 40)}`)
  // By now what was computed on the way is stored: each of these callers has returned.
  for (const id of begun.splice(0)) note(`< ${id}`)
}

async function work(): Promise<void> {
  for (let step = 0; Date.now() < Number(until); step++) {
    // The window moves on, so that there is always something new, and all meet in it.
    const now = Math.floor((Number(until) - Date.now()) / 50)
    const id = 100_000 - now + random(40)
    const roll = random(100)
    if (roll < 40) expect(sync(id, 2), valueOf('sync', id))
    else if (roll < 70) expect(await later(id), valueOf('later', id))
    else if (roll < 82) expect(grouped(`g${id % 7}`, id), valueOf('grouped', id))
    else {
      const other = random(60)
      if (roll < 92) expect(scratch(other), valueOf('scratch', other))
      else if (roll < 95) control.rerun(other)
      else if (roll < 98) control.forget(other)
      else if (roll < 99) control.put([other], valueOf('scratch', other))
      else if (random(5) === 0) control.clear()
    }
  }
  note(`# ${calls}`)
}

const threads = isMainThread && Number(seed) % 4 === 0
  ? [1, 2].map((at) => new Promise<void>((resolve, reject) => {
      const worker = new Worker(new URL(import.meta.url), { workerData: [store, log, String(Number(seed) * 100 + at), until] })
      worker.once('exit', () => resolve())
      worker.once('error', reject)
    }))
  : []
await Promise.all([work(), ...threads])
