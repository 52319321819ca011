import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { keyBytes, setKey } from '../../src/store/call-key.ts'
import { collect, pruneGroups } from '../../src/store/index.ts'
import type { FunctionStore } from '../../src/store/types.ts'
import { entryOf, keyOf, openAsAnother, openFunction, temporaryDirectory, textOf } from './helpers.ts'
import { intercept } from './scenario.ts'

const THOROUGH = process.env.PERSIST_TEST_THOROUGH !== undefined

/** A directory that goes when it is empty, with one above it that does too, and a file that names its groups. */
const groups = ['group', 'n'.repeat(200)]

const putIn = (store: FunctionStore, key: string, text: string, extension?: string): void =>
  void store.put(keyOf(key), groups, entryOf(text, { ...(extension && { extension }), meta: { created: Date.now() + 1e8 } }))

/** Drops all that was there from the beginning, and directories that are empty then. As another process: with what it knows itself only. */
const dropOld = (root: string): void => {
  openAsAnother(root)
  // Uses have been noted till now; what these tests put is of tomorrow.
  collect(root, { maxAge: -1e7 })
}

/** What two processes do to one store at the same time. */
const doings: Record<string, (store: FunctionStore, root: string, name: string) => void> = {
  put: (store, _, name) => putIn(store, name, name),
  replace: (store, _, name) => putIn(store, 'shared', name),
  'put what gets a file': (store, _, name) => putIn(store, name, name, '.txt'),
  'put what is large': (store, _, name) => {
    for (let i = 0; i < 4; i++) putIn(store, `${name} ${i}`, `${name} ${i} ${'x'.repeat(900)}`)
  },
  forget: (store) => store.forget(keyOf('0'), groups),
  collect: (_, root) => {
    // As another process: with what it knows itself only.
    openAsAnother(root)
    collect(root, { maxEntries: 100 })
  },
  clear: (store) => store.clear(),
  'drop all, and their directories': (store, root) => {
    store.clear()
    openAsAnother(root)
    pruneGroups(root, {}, 'call')
  },
  'drop the old': (_, root) => dropOld(root),
  'drop the old, and a third puts': (_, root, name) => {
    dropOld(root)
    putIn(openFunction(root, { hashSize: 3 }), name, name)
  },
}

const collecting = /^(?:collect|drop)/

/** Runs `one`, and `two` right before its operation number `at`. Returns how many operations `one` took. */
function interleave(root: string, one: string, two: string, at: number): number {
  const first = openFunction(root, { hashSize: 3 })
  const second = openFunction(root, { hashSize: 3 })
  for (let i = 0; i < 6; i++) first.put(keyOf(i), groups, entryOf(`value ${i}`))
  first.put(keyOf('shared'), groups, entryOf('before'))
  // Both have read everything: what one does not notice of the other, it does not know.
  for (let i = 0; i < 6; i++) second.get(keyOf(i), groups)
  let count = 0
  let inside = false
  intercept(() => {
    // The other one's operations are not interrupted themselves.
    if (inside || count++ !== at) return
    inside = true
    // Two processes have a current key each.
    const key = keyBytes.toString('hex')
    doings[two]!(second, root, 'two')
    setKey(key)
    inside = false
  }, () => doings[one]!(first, root, 'one'))
  if (!inside && count <= at) doings[two]!(second, root, 'two')
  for (const [who, store] of [['first', first], ['second', second], ['a third', openFunction(root, { hashSize: 3 })]] as const) {
    const what = `${one}, with ${two} before its operation ${at}, as ${who} sees it`
    const names = [one, two].flatMap((doing, i) => (['put', 'put what gets a file', 'drop the old, and a third puts'].includes(doing) ? [['one', 'two'][i]!] : []))
    const many = [one, two].flatMap((doing, i) => (doing === 'put what is large' ? [['one', 'two'][i]!] : []))
    const cleared = [one, two].some((doing) => /^(?:clear|drop all)/.test(doing))
    // What is put while somebody clears may go or stay, but is whole; without clearing all stays. What was dropped may be seen by who knew it.
    const expectText = (key: string, text: string, maybe: boolean): void => {
      const found = textOf(store.get(keyOf(key), groups))
      if (!(maybe && found === undefined)) expect(found, `${what}: ${key}`).toBe(text)
    }
    for (const name of names) expectText(name, name, cleared)
    for (const name of many) for (let i = 0; i < 4; i++) expectText(`${name} ${i}`, `${name} ${i} ${'x'.repeat(900)}`, cleared)
    const old = [one, two].some((doing) => doing.startsWith('drop the old'))
    const forgotten = one === 'forget' || two === 'forget'
    for (let i = 0; i < 6; i++) {
      if (cleared || (old && who === 'a third') || (forgotten && i === 0)) expect(store.get(keyOf(i), groups), `${what}: ${i}`).toBeUndefined()
      else expectText(String(i), `value ${i}`, old)
    }
    const replaced = [one, two].flatMap((doing, i) => (doing === 'replace' ? [['one', 'two'][i]!] : []))
    const shared = textOf(store.get(keyOf('shared'), groups))
    expect(cleared ? [...replaced, undefined] : replaced.length > 0 ? replaced : old ? ['before', undefined] : ['before'], what).toContain(shared)
    // And whatever happened, what is put afterwards is there for all.
    store.put(keyOf(`after ${who}`), groups, entryOf(who))
    expect(textOf(openFunction(root, { hashSize: 3 }).get(keyOf(`after ${who}`), groups)), what).toBe(who)
  }
  expect([...openFunction(root, { hashSize: 3 }).entries()].every((entry) => entry.groups.join() === groups.join())).toBe(true)
  return count
}

describe('two processes at once', () => {
  for (const one of Object.keys(doings)) {
    it(`${one}: whatever another one does between any two file operations`, { timeout: 60_000 }, () => {
      const directory = temporaryDirectory()
      let name = 0
      for (const two of Object.keys(doings)) {
        // Two collections lock each other out: the second would wait for the first for ever, being the same thread.
        if (collecting.test(one) && collecting.test(two)) continue
        const total = interleave(join(directory, String(name++)), one, two, Infinity)
        // Long ones are walked through in steps, except at night.
        const step = THOROUGH ? 1 : Math.ceil(total / 40)
        for (let at = name % step; at < total; at += step) interleave(join(directory, String(name++)), one, two, at)
      }
    })
  }
})
