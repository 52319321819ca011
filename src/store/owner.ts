import { hostname } from 'node:os'
import { sha256 } from '../sha256.ts'
import { files } from './fs.ts'

/** Who computes: a thread of a process, told from later ones with the same numbers by when the process started. */
export interface Owner {
  pid: number
  /** The system's number of the thread on Linux, Node's elsewhere. */
  thread: number
  /** When the process started, in the system's ticks; 0 where the system doesn't tell. */
  start: number
  /** Hash of host, boot and pid namespace: only within one can a pid be judged. 16 hexadecimal digits. */
  scope: string
}

/**
 * - `same`: this very thread
 * - `worker`: another thread of this process
 * - `ancestor`, `descendant`: processes that started this one, or were started by it; `related`: alive, no relation
 * - `foreign`: another host, boot or container, which can't be judged
 */
export type Judgement = 'same' | 'worker' | 'ancestor' | 'descendant' | 'unrelated' | 'dead' | 'foreign'

const isLinux: boolean = process.platform === 'linux'

let self: Owner | undefined

/** The owner that this thread is. */
export function thisOwner(): Owner {
  return (self ??= { pid: process.pid, thread: systemThread(), start: startOf(process.pid) ?? 0, scope: scopeOf() })
}

export function judge(owner: Owner): Judgement {
  const me = thisOwner()
  if (owner.scope !== me.scope) return 'foreign'
  if (owner.pid === me.pid && (owner.start === me.start || owner.start === 0)) {
    if (owner.thread === me.thread) return 'same'
    return isLinux && !files.exists(`/proc/self/task/${owner.thread}`) ? 'dead' : 'worker'
  }
  if (!isAlive(owner)) return 'dead'
  if (isAncestor(owner.pid, me.pid)) return 'ancestor'
  return isAncestor(me.pid, owner.pid) ? 'descendant' : 'unrelated'
}

function isAlive(owner: Owner): boolean {
  if (isLinux) {
    const stat = readStat(owner.pid)
    // A zombie has died, though a signal can still be sent to it: its parent may be waiting for us.
    if (!stat || stat.state === 'Z' || stat.state === 'X') return false
    return (owner.start === 0 || stat.start === owner.start) && files.exists(`/proc/${owner.pid}/task/${owner.thread}`)
  }
  try {
    process.kill(owner.pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

/** Whether a process is among those that another one descends from. Known on Linux only, but for a direct parent. */
function isAncestor(pid: number, of: number): boolean {
  if (!isLinux) return of === process.pid && process.ppid === pid
  for (let at = of, steps = 0; at > 1 && steps < 64; steps++) {
    const parent = readStat(at)?.parent ?? 0
    if (parent === pid) return true
    at = parent
  }
  return false
}

function startOf(pid: number): number | undefined {
  return isLinux ? readStat(pid)?.start : undefined
}

function readStat(pid: number): { state: string; parent: number; start: number } | undefined {
  try {
    const text = files.readFile(`/proc/${pid}/stat`).toString('latin1')
    // The command's name, in parentheses, may hold anything.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0]!, parent: Number(fields[1]), start: Number(fields[19]) }
  } catch {
    return undefined
  }
}

function systemThread(): number {
  try {
    const thread = isLinux ? /\d+$/.exec(files.readlink('/proc/thread-self'))?.[0] : undefined
    if (thread !== undefined) return Number(thread)
  } catch {
    // Without `/proc` Node's own number has to do.
  }
  return process.getBuiltinModule('node:worker_threads').threadId
}

function scopeOf(): string {
  const facts = [hostname()]
  if (isLinux) {
    try {
      facts.push(files.readFile('/proc/sys/kernel/random/boot_id').toString('latin1'), files.readlink('/proc/self/ns/pid'))
    } catch {
      // Without /proc the host's name must do.
    }
  }
  return sha256(facts.join('\0')).slice(0, 16)
}
