import { crc32 } from './crc32.ts'
import { attempt } from './fail.ts'
import { APPEND_OR_CREATE, files, isMissing, openOrMake, READ } from './fs.ts'

/**
 * A readable file of JSON lines that many processes append to. Each line ends with a checksum of what stands before it, so that
 * a damaged one is passed over. Read again only as far as it has grown.
 */
export class LineFile<T extends object> {
  readonly path: string
  readonly #take: (line: T) => void
  readonly #forgetAll: () => void
  #read = 0
  #inode = 0
  #rest = ''

  constructor(path: string, take: (line: T) => void, forgetAll: () => void) {
    this.path = path
    this.#take = take
    this.#forgetAll = forgetAll
  }

  /** Takes in the lines that have been appended since. */
  refresh(): void {
    attempt('read', this.path, () => {
      const found = files.lstat(this.path)
      // What stands in its place says nothing.
      const stat = found?.isFile() ? found : undefined
      if (!stat || stat.ino !== this.#inode || stat.size < this.#read) this.#restart(stat?.ino ?? 0)
      if (!stat || stat.size === this.#read) return
      let descriptor: number
      try {
        descriptor = files.open(this.path, READ)
      } catch (error) {
        if (isMissing(error)) return
        throw error
      }
      try {
        const bytes = Buffer.allocUnsafe(stat.size - this.#read)
        const read = files.read(descriptor, bytes, 0, bytes.length, this.#read)
        this.#read += read
        // Latin-1 keeps the bytes of a character together that a later read completes.
        const lines = (this.#rest + bytes.toString('latin1', 0, read)).split('\n')
        this.#rest = lines.pop()!
        for (const line of lines) {
          const value = parseLine<T>(line)
          if (value) this.#take(value)
        }
      } finally {
        files.close(descriptor)
      }
    })
  }

  /** Appends lines with one write. What stands before them is not read. */
  append(...lines: readonly T[]): void {
    attempt('write', this.path, () => {
      const descriptor = openOrMake(this.path, APPEND_OR_CREATE)
      try {
        // A line break first closes what a killed writer may have left.
        const text = Buffer.from((isCutOff(descriptor) ? '\n' : '') + lines.map(formatLine).join(''))
        if (files.write(descriptor, text, 0, text.length) !== text.length) throw Object.assign(new Error('short write'), { code: 'ENOSPC' })
      } finally {
        files.close(descriptor)
      }
    })
  }

  /** Bytes as far as they were taken in. */
  get size(): number {
    return this.#read
  }

  #restart(inode: number): void {
    this.#read = 0
    this.#rest = ''
    this.#inode = inode
    this.#forgetAll()
  }
}

const LINE_BREAK = 10

/** Whether the file ends within a line. */
function isCutOff(descriptor: number): boolean {
  const { size } = files.fstat(descriptor)
  const last = Buffer.alloc(1)
  return size > 0 && files.read(descriptor, last, 0, 1, size - 1) === 1 && last[0] !== LINE_BREAK
}

/** One line, with its checksum as the last property. */
export function formatLine(value: object): string {
  const text = JSON.stringify(value).slice(0, -1)
  return `${text},"crc":"${crc32(text).toString(16)}"}\n`
}

/** A line's value; `undefined` for one that is damaged. Given as Latin-1. */
function parseLine<T>(line: string): T | undefined {
  const text = textOf(line)
  return text && (JSON.parse(`${text.toString('utf8')}}`) as T)
}

/** Whether a line, given as Latin-1 without its break, is as it was written. */
export function isWholeLine(line: string): boolean {
  return textOf(line) !== undefined
}

/** What stands before the checksum, if that fits. */
function textOf(line: string): Buffer | undefined {
  const at = line.lastIndexOf(',"crc":"')
  if (at < 0 || !line.endsWith('"}')) return undefined
  const text = Buffer.from(line.slice(0, at), 'latin1')
  return crc32(text).toString(16) === line.slice(at + 8, -2) ? text : undefined
}
