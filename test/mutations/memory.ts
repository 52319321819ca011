import { hash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Fault } from './faults.ts'
import { REPOSITORY } from './workspace.ts'
import type { Outcome } from './workspace.ts'

const DIRECTORY = join(REPOSITORY, 'node_modules/.cache/persist-mutations')

/** What tests said of a fault, remembered while code, tests and fault are the same: a run that was stopped goes on where it was. */
export class Memory {
  readonly #directory: string
  readonly #code: string
  readonly #common: string
  /** What may go better the next time: for this run only. */
  readonly #unfinished = new Map<string, Outcome>()

  /** @param directory The copy of code and tests that is tried, as yet without a fault. */
  constructor(directory: string) {
    this.#directory = directory
    this.#code = digestOf(join(directory, 'src'))
    this.#common = ['harness.ts', 'sources.ts'].map((file) => readFileSync(join(directory, 'test/behaviours', file), 'utf8')).join('\0')
  }

  recall(fault: Fault | undefined, test: string): Outcome | undefined {
    const path = this.#path(fault, test)
    try {
      return JSON.parse(readFileSync(path, 'utf8')) as Outcome
    } catch {
      return this.#unfinished.get(path)
    }
  }

  /** Only complete outcomes are to be given. */
  remember(fault: Fault | undefined, test: string, outcome: Outcome): void {
    if (outcome.unfinished !== undefined) return void this.#unfinished.set(this.#path(fault, test), outcome)
    mkdirSync(DIRECTORY, { recursive: true })
    writeFileSync(this.#path(fault, test), JSON.stringify(outcome))
  }

  #path(fault: Fault | undefined, test: string): string {
    const text = readFileSync(join(this.#directory, `test/behaviours/${test}.test.ts`), 'utf8')
    const what = fault && [fault.file, fault.from, fault.to, ...(fault.also ? [fault.also.file, fault.also.from, fault.also.to] : [])]
    return join(DIRECTORY, `${hash('sha256', JSON.stringify([this.#code, this.#common, text, what]), 'hex').slice(0, 32)}.json`)
  }
}

function digestOf(directory: string): string {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort()
  return hash('sha256', paths.map((path) => `${path.slice(directory.length)}\0${readFileSync(path, 'utf8')}`).join('\0'), 'hex')
}
