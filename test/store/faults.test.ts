import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PersistError } from '../../src/errors.ts'
import { functionOf, openAsAnother, temporaryDirectory } from './helpers.ts'
import { clearing, compare, intercept, runSteps, steps, type Model } from './scenario.ts'

const CODES = ['ENOSPC', 'EACCES', 'EROFS', 'EMFILE', 'EIO', 'ENOENT']
const HASH_SIZE = 3
/** More of the walk at night: every code at every operation. */
const THOROUGH = process.env.PERSIST_TEST_THOROUGH !== undefined

class Crash extends Error {}

function fresh(directory: string, name: number): string {
  const root = join(directory, String(name))
  mkdirSync(root)
  return root
}

/** How many file operations a scenario takes. */
function countOperations(root: string, scenario: typeof steps): number {
  let count = 0
  const wrong: unknown[] = []
  const model: Model = new Map()
  intercept(() => void count++, () => {
    runSteps(functionOf(openAsAnother(root, { hashSize: HASH_SIZE })), scenario, model, (error) => (wrong.push(error), 'stop'))
  })
  expect(wrong).toEqual([])
  expect(compare(root, model, HASH_SIZE)).toEqual([])
  return count
}

describe.each([['everything', steps], ['clearing', clearing]])('%s', (_, scenario) => {
  it('goes on after any one failing file operation: each call succeeds or says what failed, nothing done is lost', { timeout: 120_000 }, () => {
    const directory = temporaryDirectory()
    const total = countOperations(fresh(directory, -1), scenario)
    expect(total).toBeGreaterThan(50)
    for (let at = 0; at < total; at++) {
      const codes = THOROUGH ? CODES : [CODES[at % CODES.length]!]
      for (const [which, code] of codes.entries()) {
        const root = fresh(directory, at * CODES.length + which)
        const model: Model = new Map()
        let count = 0
        let what = ''
        let store: ReturnType<typeof functionOf> | undefined
        intercept((operation, args) => {
          if (count++ !== at) return
          // That a directory isn't there is an answer, not a failure.
          if (code === 'ENOENT' && (operation === 'readdir' || operation === 'unlink')) return
          what = `${code} at ${operation}(${String(args[0]).slice(-60)}), operation ${at}`
          throw Object.assign(new Error(`${code}: injected`), { code })
        }, () => {
          try {
            store = functionOf(openAsAnother(root, { hashSize: HASH_SIZE }))
          } catch (error) {
            expect(error, what).toBeInstanceOf(PersistError)
            return
          }
          runSteps(store, scenario, model, (error) => {
            if (!(error instanceof PersistError)) throw new Error(what, { cause: error })
            return 'go on'
          })
        })
        expect(compare(root, model, HASH_SIZE, store), what).toEqual([])
        if (!store) continue
        runSteps(store, scenario, model, (error) => { throw new Error(`after ${what}`, { cause: error }) })
        expect(compare(root, model, HASH_SIZE, store), `again after ${what}`).toEqual([])
      }
    }
  })

  it('fails cleanly when from some operation on all fail, and is whole when they work again', () => {
    const directory = temporaryDirectory()
    const total = countOperations(fresh(directory, -1), scenario)
    for (let at = 0; at < total; at += THOROUGH ? 1 : 5) {
      const root = fresh(directory, at)
      const model: Model = new Map()
      const code = CODES[at % CODES.length]!
      let count = 0
      let store: ReturnType<typeof functionOf> | undefined
      intercept(() => {
        if (count++ >= at) throw Object.assign(new Error(`${code}: injected`), { code })
      }, () => {
        try {
          store = functionOf(openAsAnother(root, { hashSize: HASH_SIZE }))
        } catch (error) {
          expect(error).toBeInstanceOf(PersistError)
          return
        }
        runSteps(store, scenario, model, (error) => {
          if (!(error instanceof PersistError)) throw new Error(`${code} from operation ${at} on`, { cause: error })
          return 'go on'
        })
      })
      expect(compare(root, model, HASH_SIZE, store), `${code} from operation ${at} on`).toEqual([])
      runSteps(store ?? functionOf(openAsAnother(root, { hashSize: HASH_SIZE })), scenario, model, (error) => {
        throw new Error(`after ${code} from operation ${at} on`, { cause: error })
      })
      expect(compare(root, model, HASH_SIZE, store)).toEqual([])
    }
  })

  it('killed at any write, with any part of it written, leaves the old state or the new one', { timeout: 120_000 }, () => {
    const directory = temporaryDirectory()
    const total = countOperations(fresh(directory, -1), scenario)
    let name = 0
    for (let at = 0; at < total; at++) {
      // What of a write reaches the file: nothing, its first byte, a half, all but a byte, all of it.
      for (const part of [0, 1 / 1000, 0.5, 0.999, 1]) {
        const root = fresh(directory, name++)
        const model: Model = new Map()
        let count = 0
        let dead = false
        let partial = false
        intercept((operation, args, real) => {
          if (dead) throw new Crash()
          if (count++ !== at) return
          dead = true
          if (operation === 'write') {
            const [descriptor, bytes, offset, length] = args as [number, Uint8Array, number, number]
            real(descriptor, bytes, offset, part === 0 ? 0 : Math.max(1, Math.floor(length * part)))
            partial = true
          } else if (part === 1) real(...args)
          throw new Crash()
        }, () => {
          try {
            runSteps(functionOf(openAsAnother(root, { hashSize: HASH_SIZE })), scenario, model, () => 'stop')
          } catch {
            // Opening died.
          }
        })
        expect(compare(root, model, HASH_SIZE), `killed at operation ${at}, ${part} of it done`).toEqual([])
        if (partial || part === 1) {
          const after: Model = new Map(model)
          runSteps(functionOf(openAsAnother(root, { hashSize: HASH_SIZE })), scenario, after, (error) => { throw error })
          expect(compare(root, after, HASH_SIZE), `again after a kill at operation ${at}`).toEqual([])
        } else break
      }
    }
  })
})
