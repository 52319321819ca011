import { chmodSync, constants, copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { PersistError } from '../errors.ts'
import { refuseBytes, refuseValue } from './refuse.ts'
import type { DirectoryCodec } from './types.ts'

/** A path, several, or a record of them. */
export type Paths = string | readonly string[] | Readonly<Record<string, string>>

const INDEX = 'paths.json'

/**
 * For functions that return paths: what is kept are the files and directories themselves. The computing call returns the paths
 * that it wrote to; later calls return paths of read-only copies in the store, with the same names and contents.
 */
export function files<T extends Paths = Paths>(): DirectoryCodec<T> {
  return {
    name: 'files',
    save(value, directory) {
      const index = mapPaths(value, (path, place) => {
        const name = copyInto(directory, place, path)
        return name
      })
      writeFileSync(join(directory, INDEX), JSON.stringify(index))
    },
    load(directory) {
      try {
        const index = JSON.parse(readFileSync(join(directory, INDEX), 'utf8')) as Paths
        return mapPaths(index, (name) => existing(directory, name)) as T
      } catch (cause) {
        if (cause instanceof PersistError && cause.code === 'DECODE') throw cause
        refuseBytes('files', 'its list of paths is damaged', cause)
      }
    },
  }
}

/** The same shape with other paths. */
function mapPaths(value: unknown, map: (path: string, place: number) => string): Paths {
  if (typeof value === 'string') return map(value, 0)
  if (Array.isArray(value)) return value.map((path: unknown, place) => map(asPath(path, `result[${place}]`), place))
  if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(Object.entries(value).map(([name, path], place) => [name, map(asPath(path, `result.${name}`), place)]))
  }
  refuseValue('files', 'result', 'is no path', 'Return a path, an array or an object of paths')
}

function asPath(path: unknown, place: string): string {
  if (typeof path !== 'string') refuseValue('files', place, 'is no path', 'Return a path, an array or an object of paths')
  return path
}

/** Each in a directory of its own, so that it keeps its name. */
function copyInto(directory: string, place: number, path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (!stat) refuseValue('files', 'result', `names ${path}, which does not exist`, 'Write it before returning its path')
  const name = safeName(basename(path))
  mkdirSync(join(directory, String(place)))
  copy(path, join(directory, String(place), name))
  return `${place}/${name}`
}

/** Links are followed: what is kept must not lead out of the store. */
function copy(from: string, to: string): void {
  const stat = statSync(from)
  if (stat.isDirectory()) {
    mkdirSync(to)
    for (const name of readdirSync(from)) copy(join(from, name), join(to, name))
    return
  }
  if (!stat.isFile()) refuseValue('files', 'result', `names ${from}, which is no file or directory`, 'Return paths of files')
  copyFileSync(from, to, constants.COPYFILE_FICLONE)
  chmodSync(to, stat.mode & 0o100 ? 0o500 : 0o400)
}

/** Names are kept but for what some platform doesn't take. */
function safeName(name: string): string {
  const safe = name.replace(/[<>:"/\\|?*\0-\x1f]/g, '_').replace(/[. ]+$/, '_')
  return safe === '' || /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i.test(safe) ? `_${safe || extname(name)}` : safe
}

function existing(directory: string, name: string): string {
  if (!/^\d+\/[^/\\]+$/.test(name) || name.endsWith('/..') || name.endsWith('/.')) refuseBytes('files', `it names ${JSON.stringify(name)}, which leads elsewhere`)
  const path = join(directory, ...name.split('/'))
  if (!statSync(path, { throwIfNoEntry: false })) refuseBytes('files', `${name} is missing`)
  return path
}
