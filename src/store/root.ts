import { constants } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { PersistError } from '../errors.ts'
import { attempt, storeError } from './fail.ts'
import { ensureDirectory, ensureFile, files, listDirectory } from './fs.ts'
import { REGISTRY } from './layout.ts'
import { isNetworkFileSystem } from './network.ts'

const TAG = 'CACHEDIR.TAG'
const TAG_TEXT = `Signature: 8a477f597d28d172789f06886806bc55
# This directory holds results that unplugin-persist keeps. Backups may leave it out.
# See https://bford.info/cachedir/
`

/** A root that was found fit for use. */
export interface Root {
  /** The real path. */
  path: string
  caseSensitive: boolean
  remote: boolean
}

/** Finds out whether a root may be used and what its file system is like. Throws {@link PersistError} `STORE` for one that is not private. */
export function openRoot(path: string): Root {
  const wanted = resolve(path)
  // Hidden ones are register's, which may come first.
  if (!files.exists(`${wanted}/${REGISTRY}`) && listDirectory(wanted).every(({ name }) => name.startsWith('.'))) {
    attempt('create', wanted, () => ensureDirectory(wanted))
    attempt('write', wanted, () => {
      ensureFile(`${wanted}/${TAG}`, TAG_TEXT)
      if (isInsideRepository(wanted)) ensureFile(`${wanted}/.gitignore`, '*\n')
    })
  }
  const real = attempt('open', wanted, () => files.realpath(wanted))
  assertPrivate(real)
  return { path: real, caseSensitive: isCaseSensitive(real), remote: isNetworkFileSystem(real) }
}

/** Who else can write there could put results into our program. */
function assertPrivate(path: string): void {
  const stat = attempt('open', path, () => files.stat(path))
  if (!stat?.isDirectory()) throw storeError('open', path, new Error('it is no directory'))
  const uid = process.getuid?.()
  if (uid === undefined) return
  const cure = 'set `persistPath` to a directory of your own'
  if (stat.uid !== uid) throw new PersistError('STORE', `the store ${path} belongs to another user (uid ${stat.uid}): ${cure}`)
  if (stat.mode & constants.S_IWOTH && !(stat.mode & 0o1000)) {
    throw new PersistError('STORE', `everybody can write to the store ${path}: remove that right, or ${cure}`)
  }
}

function isInsideRepository(path: string): boolean {
  for (let directory = dirname(path); ; directory = dirname(directory)) {
    if (files.exists(`${directory}/.git`)) return true
    if (directory === dirname(directory)) return false
  }
}

/** Asked of the file system itself: each OS has some of both kinds. */
function isCaseSensitive(root: string): boolean {
  return !files.exists(`${root}/${TAG.toLowerCase()}`) && (files.exists(`${root}/${TAG}`) || !/^(?:win32|darwin)$/.test(process.platform))
}
