import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { collect, verify } from '../../src/store/index.ts'
import { functionOf, groupsOf, keyOf, openAsAnother, temporaryDirectory, valueOf } from './helpers.ts'
import { buildActor, linesOf, start } from './processes.ts'

beforeAll(buildActor)

const THOROUGH = process.env.PERSIST_TEST_THOROUGH !== undefined

/** What a key may hold by the log of its one writer: the last acknowledged write, or one that was begun after it. */
function allowedBy(logs: readonly string[][]): Map<string, Set<string>> {
  const allowed = new Map<string, Set<string>>()
  for (const lines of logs) {
    for (const line of lines) {
      const [mark, key, value] = line.split(' ') as [string, string, string]
      if (mark === '<') allowed.set(key, new Set([value]))
      else if (mark === '>') allowed.set(key, new Set([...(allowed.get(key) ?? ['-']), value]))
    }
  }
  return allowed
}

function check(root: string, logs: readonly string[][], hashSize: number): string[] {
  const store = openAsAnother(root, { hashSize })
  const wrong = logs.flat().filter((line) => line.startsWith('!'))
  for (const [key, allowed] of allowedBy(logs)) {
    const [who, number] = [key.split(':')[0]!, Number(key.split(':')[1])]
    const text = valueOf(functionOf(store, number % 4 === 3 ? who : undefined).get(keyOf(key), groupsOf(number)))
    const found = text === undefined ? '-' : text.split(':')[0]!
    if (!allowed.has(found)) wrong.push(`${key} holds ${found} instead of ${[...allowed].join(' or ')}`)
  }
  return wrong
}

describe('random operations of several processes', () => {
  it('that are killed again and again lose nothing done and read nothing wrong', { timeout: THOROUGH ? 3_600_000 : 90_000 }, async () => {
    const rounds = THOROUGH ? Number(process.env.PERSIST_TEST_THOROUGH) || 40 : 3
    const root = temporaryDirectory()
    const logs = temporaryDirectory()
    const writers = ['a', 'b', 'c', 'd']
    for (let round = 0; round < rounds; round++) {
      // Programs with different hashSize at once, in some rounds; another one in the next.
      const actors = writers.map((who, at) => start('random', root, who, join(logs, who), 100_000, 40, round % 2 && at % 2 ? 3 : 7 - (round % 3), round * 10 + at + 1))
      // The kill falls wherever the writers are after so many of their own operations: no clock decides.
      for (const [at, who] of writers.entries()) {
        const before = linesOf(join(logs, who)).length
        while (linesOf(join(logs, who)).length < before + 150 * (at + 1)) await new Promise((resolve) => setTimeout(resolve, 10))
        await actors[at]!.kill()
      }
      expect(check(root, writers.map((who) => linesOf(join(logs, who))), 7), `round ${round}`).toEqual([])
    }
    openAsAnother(root)
    expect(verify(root).problems.filter(({ kind }) => kind === 'damaged')).toEqual([])
    collect(root)
    expect(check(root, writers.map((who) => linesOf(join(logs, who))), 7), 'after collection').toEqual([])
    expect(allowedBy(writers.map((who) => linesOf(join(logs, who)))).size).toBeGreaterThan(100)
  })

  it('compute as often as there are distinct calls, while results are collected', { timeout: 120_000 }, async () => {
    const root = temporaryDirectory()
    const log = join(temporaryDirectory(), 'log')
    const keys = Array.from({ length: THOROUGH ? 3000 : 150 }, (_, i) => `key ${i}`)
    const shuffled = (seed: number): string[] => [...keys].sort((a, b) => (keyOf(a + seed) < keyOf(b + seed) ? -1 : 1))
    const count = THOROUGH ? 16 : 5
    const actors = Array.from({ length: count }, (_, i) => start('calls', root, log, 1, i % 2 ? 'sync' : 'async', ...shuffled(i)))
    const ended = Promise.all(actors.map(({ answer }) => answer))
    let over = false
    void ended.finally(() => (over = true)).catch(() => {})
    while (!over) {
      openAsAnother(root)
      collect(root)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    for (const [at, values] of (await ended).entries()) expect(values).toEqual(shuffled(at).map((key) => `value ${key}`))
    expect(linesOf(log).sort()).toEqual([...keys].sort())
  })

  it('keep all results while directories that are empty are removed', { timeout: 120_000 }, async () => {
    const root = temporaryDirectory()
    const count = THOROUGH ? 3000 : 200
    const writers = ['a', 'b', 'c'].map((who) => ({ who, actor: start('groups', root, who, count) }))
    const ended = Promise.all(writers.map(({ actor }) => actor.answer))
    let over = false
    void ended.finally(() => (over = true)).catch(() => {})
    while (!over) {
      openAsAnother(root)
      collect(root)
      await new Promise((resolve) => setImmediate(resolve))
    }
    const gone = await ended as number[]
    expect(gone.reduce((sum, one) => sum + one), 'directories went while they were written to').toBeGreaterThan(0)
    const store = functionOf(openAsAnother(root))
    const lasting = writers.flatMap(({ who }) => Array.from({ length: count / 10 }, (_, i) => ({ who, i: i * 10, key: `${who} ${i * 10} lasting` })))
    for (const { who, i, key } of lasting) expect(valueOf(store.get(keyOf(key), ['lasting', String(i % 4), who, String(i)])), key).toBe(key)
    expect([...store.entries()]).toHaveLength(lasting.length)
    expect(verify(root).problems.filter(({ kind }) => kind === 'damaged')).toEqual([])
    openAsAnother(root)
    collect(root)
    expect(readdirSync(store.directory)).not.toContain('shared')
  })
})
