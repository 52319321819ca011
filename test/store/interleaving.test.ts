import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { collect } from '../../src/store/index.ts'
import type { FunctionStore } from '../../src/store/types.ts'
import { entryOf, keyOf, openAsAnother, openFunction, temporaryDirectory, textOf } from './helpers.ts'
import { intercept } from './scenario.ts'

const THOROUGH = process.env.PERSIST_TEST_THOROUGH !== undefined

/** What two processes do to one store at the same time. */
const doings: Record<string, (store: FunctionStore, root: string, name: string) => void> = {
  put: (store, _, name) => void store.put(keyOf(name), [], entryOf(name)),
  replace: (store, _, name) => void store.put(keyOf('shared'), [], entryOf(name)),
  'put what gets a file': (store, _, name) => void store.put(keyOf(name), [], entryOf(name, { extension: '.txt' })),
  'put what is large': (store, _, name) => {
    for (let i = 0; i < 4; i++) store.put(keyOf(`${name} ${i}`), [], entryOf(`${name} ${i} ${'x'.repeat(900)}`))
  },
  forget: (store) => store.forget(keyOf('0'), []),
  collect: (_, root) => {
    // As another process: with what it knows itself only.
    openAsAnother(root)
    collect(root, { maxEntries: 100 })
  },
  clear: (store) => store.clear(),
}

/** Runs `one`, and `two` right before its operation number `at`. Returns how many operations `one` took. */
function interleave(root: string, one: string, two: string, at: number): number {
  const first = openFunction(root, { hashSize: 3 })
  const second = openFunction(root, { hashSize: 3 })
  for (let i = 0; i < 6; i++) first.put(keyOf(i), [], entryOf(`value ${i}`))
  first.put(keyOf('shared'), [], entryOf('before'))
  // Both have read everything: what one does not notice of the other, it does not know.
  for (let i = 0; i < 6; i++) second.get(keyOf(i), [])
  let count = 0
  let inside = false
  intercept(() => {
    // The other one's operations are not interrupted themselves.
    if (inside || count++ !== at) return
    inside = true
    doings[two]!(second, root, 'two')
    inside = false
  }, () => doings[one]!(first, root, 'one'))
  if (!inside && count <= at) doings[two]!(second, root, 'two')
  for (const [who, store] of [['first', first], ['second', second], ['a third', openFunction(root, { hashSize: 3 })]] as const) {
    const what = `${one}, with ${two} before its operation ${at}, as ${who} sees it`
    const names = [one, two].flatMap((doing, i) => (doing === 'put' || doing === 'put what gets a file' ? [['one', 'two'][i]!] : []))
    const many = [one, two].flatMap((doing, i) => (doing === 'put what is large' ? [['one', 'two'][i]!] : []))
    const cleared = one === 'clear' || two === 'clear'
    // What is put while somebody clears may go or stay, but is whole; without clearing all stays.
    const expectText = (key: string, text: string, maybe: boolean): void => {
      const found = textOf(store.get(keyOf(key), []))
      if (!(maybe && found === undefined)) expect(found, `${what}: ${key}`).toBe(text)
    }
    for (const name of names) expectText(name, name, cleared)
    for (const name of many) for (let i = 0; i < 4; i++) expectText(`${name} ${i}`, `${name} ${i} ${'x'.repeat(900)}`, cleared)
    const forgotten = one === 'forget' || two === 'forget'
    for (let i = 0; i < 6; i++) {
      if (cleared || (forgotten && i === 0)) expect(store.get(keyOf(i), []), `${what}: ${i}`).toBeUndefined()
      else expectText(String(i), `value ${i}`, false)
    }
    const replaced = [one, two].flatMap((doing, i) => (doing === 'replace' ? [['one', 'two'][i]!] : []))
    const shared = textOf(store.get(keyOf('shared'), []))
    expect(cleared ? [...replaced, undefined] : replaced.length > 0 ? replaced : ['before'], what).toContain(shared)
    // And whatever happened, what is put afterwards is there for all.
    store.put(keyOf(`after ${who}`), [], entryOf(who))
    expect(textOf(openFunction(root, { hashSize: 3 }).get(keyOf(`after ${who}`), [])), what).toBe(who)
  }
  return count
}

describe('two processes at once', () => {
  for (const one of Object.keys(doings)) {
    it(`${one}: whatever another one does between any two file operations`, { timeout: 60_000 }, () => {
      const directory = temporaryDirectory()
      let name = 0
      for (const two of Object.keys(doings)) {
        // Two collections lock each other out: the second would wait for the first for ever, being the same thread.
        if (one === 'collect' && two === 'collect') continue
        const total = interleave(join(directory, String(name++)), one, two, Infinity)
        // Long ones are walked through in steps, except at night.
        const step = THOROUGH || total < 40 ? 1 : 3
        for (let at = name % step; at < total; at += step) interleave(join(directory, String(name++)), one, two, at)
      }
    })
  }
})
