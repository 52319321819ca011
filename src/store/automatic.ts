import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { CREATE_NEW, files, removeFile } from './fs.ts'
import { COLLECTED } from './layout.ts'
import { sizeOf } from './measure.ts'

const DAY = 24 * 60 * 60 * 1000

/** What automatic collection needs to know of the options. */
export interface AutomaticOptions {
  maxSize: number
  currentSize?: number
  keepVersions: number
}

/**
 * Whether a store should be collected now: it is beyond its budget, and nobody has looked for a day.
 * Says yes to one process only. Takes a few milliseconds at most: a store too large to be measured in that time is worth a look.
 */
export function isCollectionDue(root: string, options: AutomaticOptions, longest = 30): boolean {
  const path = `${root}/${COLLECTED}`
  try {
    const stat = files.stat(path)
    if (stat && Date.now() - stat.mtimeMs < DAY) return false
    if (stat) removeFile(path)
    // Only one process can make it.
    files.close(files.open(path, CREATE_NEW))
  } catch {
    return false
  }
  try {
    const size = sizeOf(root, Date.now() + longest)
    return size === undefined || size > Math.min(options.maxSize, options.currentSize ?? Infinity)
  } catch {
    return false
  }
}

const scheduled = new Map<string, AutomaticOptions>()

/** Has a store that this process writes to collected when the process ends, if it is due: by a process of its own, in the background. */
export function scheduleCollection(root: string, options: AutomaticOptions): void {
  if (scheduled.size === 0) process.once('exit', startCollections)
  if (!scheduled.has(root)) scheduled.set(root, options)
}

function startCollections(): void {
  for (const [root, options] of scheduled) {
    const cli = findCommand()
    if (cli === undefined || !isCollectionDue(root, options)) continue
    try {
      // Loaded when needed: with all that it brings it would take a tenth of a script's start.
      const { spawn } = process.getBuiltinModule('node:child_process')
      spawn(process.execPath, [cli, 'gc', '--auto', '--store', root], { detached: true, stdio: 'ignore', env: { ...process.env, NODE_OPTIONS: '' } }).unref()
    } catch {
      // Tomorrow is another day.
    }
  }
}

/** The command line of this package; not there when the program is bundled into one file. */
function findCommand(): string | undefined {
  try {
    const cli = join(dirname(createRequire(import.meta.url).resolve('unplugin-persist/package.json')), 'dist', 'cli.js')
    return files.exists(cli) ? cli : undefined
  } catch {
    return undefined
  }
}
