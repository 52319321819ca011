import * as fs from 'node:fs'
import { createRequire } from 'node:module'
import { PersistError } from '../errors.ts'
import type { LockGranularity } from '../config/options.ts'
import { sha256 } from '../sha256.ts'
import { codeOf, ensureDirectory, files } from './fs.ts'
import { LOCKS } from './layout.ts'
import { sleepSync } from './sleep.ts'

type Lockfile = typeof import('proper-lockfile')

/** A holder that has not touched its lock for so long is taken for dead: the least that proper-lockfile takes. Locks are held for milliseconds. */
export const STALE = 2000
const LONGEST_WAIT = 5000

let lockfile: Lockfile | undefined

/** What a lock guards: one bucket's files, one function, or the store. */
export interface LockSubject {
  root: string
  functionDirectory: string
  bucket?: string
}

export function lockName(subject: LockSubject, granularity: LockGranularity): string {
  if (granularity === 'global') return subject.root
  return granularity === 'func' || subject.bucket === undefined ? subject.functionDirectory : subject.bucket
}

/**
 * Runs a step of maintenance alone. Throws {@link PersistError} `LOCK` when the lock can't be had.
 * Nothing becomes wrong where two hold it after all: it only saves work that would be done twice.
 *
 * @param step Touches the lock, whose path it is given, every now and then when it takes long: it blocks this thread, so that nothing
 * else shows that the holder lives.
 */
export function withLock<T>(root: string, name: string, step: (lock: string) => T, longestWait: number = LONGEST_WAIT): T {
  const path = lockPath(root, name)
  const release = acquire(root, name, path, longestWait)
  try {
    return step(path)
  } finally {
    try {
      release()
    } catch {
      // Somebody took it for stale, or the store is gone: either way it is no longer ours.
    }
  }
}

function lockPath(root: string, name: string): string {
  return `${root}/${LOCKS}/${sha256(name).slice(0, 24)}.lock`
}

function acquire(root: string, name: string, path: string, longestWait: number): () => void {
  const until = Date.now() + longestWait
  for (let pause = 1; ; pause = Math.min(50, pause * 2)) {
    try {
      ensureDirectory(`${root}/${LOCKS}`)
      return load().lockSync(path, { realpath: false, stale: STALE, lockfilePath: path, onCompromised: () => {}, fs: lockFs() })
    } catch (error) {
      if (codeOf(error) !== 'ELOCKED' || Date.now() >= until) {
        throw new PersistError('LOCK', `can't lock ${name}: ${codeOf(error) ?? String(error)}`, { cause: error })
      }
    }
    sleepSync(pause * (0.5 + Math.random()))
  }
}

/** Loaded when needed: it takes longer than all the rest of the store, and most runs never lock. */
function load(): Lockfile {
  if (!lockfile) {
    const require = createRequire(import.meta.url)
    const isHeard = '__signal_exit_emitter__' in process
    lockfile = require('proper-lockfile') as Lockfile
    // It hears signals to remove its locks, so that none ends the program while that computes. Left locks soon pass for stale.
    if (!isHeard) createRequire(require.resolve('proper-lockfile'))('signal-exit').unload()
  }
  return lockfile
}

/** proper-lockfile's file operations, by way of ours. */
function lockFs(): unknown {
  return {
    ...fs,
    mkdirSync: (path: string) => files.mkdir(path, false),
    rmdirSync: (path: string) => files.rmdir(path),
    utimesSync: (path: string, atime: number, mtime: number) => files.utimes(path, atime, mtime),
  }
}
