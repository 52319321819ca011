import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Change } from './text.ts'
import type { Root } from './workspace.ts'

const CHILD = fileURLToPath(new URL('child.mjs', import.meta.url))
const PATIENCE = 10_000

/** What a function did in a process of its own. */
interface Run {
  outcomes: string[]
  /** By file the functions that it has: from, to, and how often they were called by it. */
  ran: Record<string, [start: number, end: number, count: number][]>
  /** What it was given and what it read as values, at each call. */
  inputs: string[]
}

interface Told {
  outcomes: string
  inputs: string
}

/**
 * Judges what a bundler can't: it leaves nothing out of a CommonJS module. Code that ran when the function was called is
 * part of it, and so is whatever changes what it gives.
 */
export class Oracle {
  readonly #root: Root
  readonly #ran: Run['ran']
  readonly #before: Told

  /**
   * @param compiled the marked file's text as it is compiled
   * @throws where the function can't be called, or gives something else each time
   */
  constructor(root: Root, compiled: string) {
    this.#root = root
    this.#ran = this.#run().ran
    this.#before = this.#told(compiled)
    if (this.#told(compiled, true).outcomes !== this.#before.outcomes) throw new Error(`${root.name} gives something else each time`)
  }

  /** Whether an edit that has been made matters to the function, and by what that shows. */
  concerns(file: string, changes: readonly Change[], compiled: string): 'it ran' | 'another outcome' | undefined {
    if (!this.#isInKey(file, changes) && changes.some((change) => this.#hasRun(file, change))) return 'it ran'
    const after = this.#tryTold(compiled)
    // What it is given and what it reads as a value is in the key.
    const isOther = after !== undefined && after.outcomes !== this.#before.outcomes && after.inputs === this.#before.inputs
    return isOther ? 'another outcome' : undefined
  }

  /** The marked function's own parameters: the values that they get are in the key. */
  #isInKey(file: string, changes: readonly Change[]): boolean {
    if (file !== this.#root.file) return false
    const code = readFileSync(file, 'utf8')
    const mark = code.indexOf('@persist')
    const params = code.indexOf('(', mark)
    const body = /\)\s*(?:\{|=>)/g
    body.lastIndex = params
    const end = body.exec(code)?.index ?? 0
    return changes.every((change) => change.start > params && change.start <= end)
  }

  /** Whether the innermost function around a place was called. */
  #hasRun(file: string, { start, end }: Change): boolean {
    const around = (this.#ran[file] ?? []).filter(([from, to]) => from < start && (to > end || (to === end && start < end)))
    const innermost = around.sort((a, b) => a[1] - a[0] - (b[1] - b[0]))[0]
    return innermost !== undefined && innermost[2] > 0
  }

  /** Nothing where an edit broke the code, or made it run on and on. */
  #tryTold(compiled: string): Told | undefined {
    try {
      return this.#told(compiled)
    } catch {
      return undefined
    }
  }

  #told(compiled: string, isLater = false): Told {
    const { file } = this.#root
    const code = readFileSync(file, 'utf8')
    writeFileSync(file, compiled)
    try {
      const { outcomes, inputs } = this.#run(isLater)
      return { outcomes: outcomes.join('\n'), inputs: inputs.join('\n') }
    } finally {
      writeFileSync(file, code)
    }
  }

  #run(isLater = false): Run {
    const text = execFileSync(process.execPath, ['--no-warnings', CHILD, this.#root.entry, ...(isLater ? ['later'] : [])], { encoding: 'utf8', timeout: PATIENCE, stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1e9 })
    return JSON.parse(text.trim().split('\n').at(-1)!) as Run
  }
}

/** A runtime that stores nothing and keeps what it is given, in the place of the package. */
export function placeRuntime(directory: string): void {
  const at = join(directory, 'node_modules', 'unplugin-persist')
  mkdirSync(at, { recursive: true })
  writeFileSync(join(at, 'package.json'), JSON.stringify({ name: 'unplugin-persist', version: '0.0.0', exports: { './runtime': './runtime.cjs' } }))
  writeFileSync(join(at, 'runtime.cjs'), RUNTIME)
}

const RUNTIME = `exports.define = (descriptor) => descriptor
exports.call = (_, self, values, captures, body) => {
  const read = () => {
    try {
      return captures ? captures() : []
    } catch {
      return ['unreadable']
    }
  }
  ;(globalThis.inputs ??= []).push([values, read()])
  return body(...values)
}
exports.own = (_, holder) => holder
exports.locale = () => 'locale'
`
