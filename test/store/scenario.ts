import { writeFileSync } from 'node:fs'
import { codeOf, files, type FileLayer } from '../../src/store/fs.ts'
import { limits } from '../../src/store/limits.ts'
import type { FunctionStore } from '../../src/store/types.ts'
import { entryOf, functionOf, keyOf, openAsAnother, textOf } from './helpers.ts'

/** What an in-memory model allows a key to hold. `undefined`: no entry. */
export type Model = Map<string, Set<string | undefined>>

/** One step of a scenario: what it does, and which values its key may have when it died on the way. */
interface Step {
  key?: string
  /** The value afterwards; the one before is allowed too when the step did not come to its end. */
  value?: string | undefined
  clears?: true
  run(store: FunctionStore): unknown
}

/** Growth comes early here: walking through every operation takes long enough. */
limits.growth = 2000

const groups = ['group', 'a/b']

function put(key: string, value: string, how: { extension?: string; groups?: string[]; directory?: true } = {}): Step {
  const saveTo = (directory: string): void => writeFileSync(`${directory}/value`, value)
  const entry = entryOf(value, {
    ...(how.extension ? { extension: how.extension } : {}), ...(how.directory ? { payload: { saveTo } } : {}),
  })
  return { key: nameOf(key, how.groups), value, run: (store) => store.put(keyOf(key), how.groups ?? [], entry) }
}

function forget(key: string, of?: string[]): Step {
  return { key: nameOf(key, of), value: undefined, run: (store) => store.forget(keyOf(key), of ?? []) }
}

function nameOf(key: string, of: readonly string[] = []): string {
  return JSON.stringify([key, of])
}

/** Everything that a store can be asked for, small values and large ones, growth and clearing included. */
export const steps: Step[] = [
  { run: (store) => store.noteVersion({ fingerprint: 'one', dependencies: ['src/a.ts#x 1'] }) },
  { run: (store) => store.get(keyOf('a'), []) },
  { run: (store) => take(store, 'a') },
  put('a', 'first'),
  { run: (store) => store.get(keyOf('a'), []) },
  put('b', 'other'),
  put('a', 'second'),
  put('c', '{"c":1}', { extension: '.json' }),
  put('c', '{"c":2}', { extension: '.json' }),
  put('d', 'grouped', { groups }),
  put('e', 'in a directory', { directory: true }),
  forget('b'),
  { run: (store) => store.firstTime('cause') },
  put('large 1', 'x'.repeat(700)),
  ...Array.from({ length: 4 }, (_, i) => put(`large ${i}`, String(i).repeat(600))),
  put('a', 'after growth'),
  { run: (store) => store.get(keyOf('large 1'), []) },
  forget('large 2'),
  forget('c'),
  put('d', 'grouped again', { groups }),
  { run: (store) => [...store.entries()].length },
]

export const clearing: Step[] = [
  put('a', 'before'), put('b', '{}', { extension: '.json' }), put('d', 'grouped', { groups }), { clears: true, run: (store) => store.clear() }, put('a', 'after'),
]

function take(store: FunctionStore, key: string): void {
  const answer = store.lease(keyOf(key), [])
  if ('lease' in answer) answer.lease.release()
  else answer.waitSync()
}

/** Runs steps and keeps the model. Stops at the first failing step when `stop` says so. */
export function runSteps(store: FunctionStore, of: readonly Step[], model: Model, failed: (error: unknown) => 'stop' | 'go on'): void {
  for (const step of of) {
    const before = new Map(model)
    const allow = (key: string, values: Iterable<string | undefined>): void => void model.set(key, new Set(values))
    try {
      step.run(store)
      if (step.key !== undefined) allow(step.key, [step.value])
      if (step.clears) for (const key of model.keys()) allow(key, [undefined])
    } catch (error) {
      if (step.key !== undefined) allow(step.key, [...(before.get(step.key) ?? [undefined]), step.value])
      if (step.clears) for (const [key, values] of before) allow(key, [...values, undefined])
      if (failed(error) === 'stop') return
    }
  }
}

/** What a fresh process finds, compared with what the model allows. Returns what is wrong. */
export function compare(root: string, model: Model, hashSize = 3, also?: FunctionStore): string[] {
  const wrong: string[] = []
  for (const store of [functionOf(openAsAnother(root, { hashSize })), ...(also ? [also] : [])]) {
    for (const [name, allowed] of model) {
      const [key, of] = JSON.parse(name) as [string, string[]]
      const entry = store.get(keyOf(key), of)
      let found: string | undefined
      try {
        found = entry?.directory ? readDirectory(entry) : textOf(entry)
      } catch (error) {
        found = String(error)
      }
      if (!allowed.has(found)) wrong.push(`${name}: ${brief(found)} instead of ${[...allowed].map(brief).join(' or ')}`)
    }
  }
  return wrong
}

function readDirectory(entry: { file?: string; check(): void }): string {
  entry.check()
  return files.readFile(`${entry.file}/value`).toString()
}

const brief = (text: string | undefined): string => (text === undefined ? 'nothing' : text.slice(0, 40))

const whole = { ...files }

/** The names of the operations of the file layer. */
export const operations = Object.keys(whole) as (keyof FileLayer)[]

/** Puts `before` in front of each file operation; what it throws is what the operation throws. Restores the layer when `run` ends. */
export function intercept<T>(before: (operation: keyof FileLayer, args: unknown[], real: (...args: unknown[]) => unknown) => void, run: () => T): T {
  for (const operation of operations) {
    const real = whole[operation] as (...args: unknown[]) => unknown
    ;(files as unknown as Record<string, unknown>)[operation] = (...args: unknown[]) => {
      if (operation !== 'exists') before(operation, args, real)
      else {
        // This one answers with false, whatever fails.
        try {
          before(operation, args, real)
        } catch (error) {
          if (codeOf(error) === undefined) throw error
          return false
        }
      }
      return real(...args)
    }
  }
  try {
    return run()
  } finally {
    Object.assign(files, whole)
  }
}
