import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import type { Edit, Fault } from './faults.ts'

/** Names of tests by how they ended. */
export interface Outcome {
  failed: string[]
  passed: string[]
}

interface Report {
  testResults: { name: string; assertionResults: { fullName: string; status: string }[] }[]
}

export const REPOSITORY: string = fileURLToPath(new URL('../../', import.meta.url))
/** What real processes are tested by: they load the built package. */
export const BUILT = 'processes'
const COPIED = ['src', 'test/behaviours', 'package.json', 'tsdown.config.ts', 'tsconfig.json', 'vitest.config.ts']

/** A copy of our code and of its tests of behaviour, into which a fault can be put: what is edited meanwhile changes nothing. */
export class Workspace {
  readonly directory: string = mkdtempSync(join(tmpdir(), 'persist-mutations-'))

  constructor() {
    for (const path of COPIED) cpSync(join(REPOSITORY, path), join(this.directory, path), { recursive: true })
    symlinkSync(join(REPOSITORY, 'node_modules'), join(this.directory, 'node_modules'), 'junction')
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true })
  }

  /** Why a fault can't be put in place; nothing if it can. */
  check(fault: Fault): string | undefined {
    for (const { file, from } of editsOf(fault)) {
      const places = readFileSync(this.#source(file), 'utf8').split(from).length - 1
      if (places !== 1) return `its text stands ${places} times in src/${file}`
    }
    return undefined
  }

  /** Runs tests with the fault in place. */
  try(fault: Fault, tests: readonly string[]): Outcome {
    const before = editsOf(fault).map(({ file }) => [this.#source(file), readFileSync(this.#source(file), 'utf8')] as const)
    try {
      for (const { file, from, to } of editsOf(fault)) {
        writeFileSync(this.#source(file), readFileSync(this.#source(file), 'utf8').replace(from, () => to))
      }
      return this.run(tests)
    } finally {
      for (const [path, text] of before) writeFileSync(path, text)
    }
  }

  #source(file: string): string {
    return join(this.directory, 'src', file)
  }

  /** Runs files of `test/behaviours`. */
  run(tests: readonly string[]): Outcome {
    if (tests.includes(BUILT)) this.#node('tsdown/dist/run.mjs')
    const output = join(this.directory, 'report.json')
    rmSync(output, { force: true })
    const files = tests.map((file) => `test/behaviours/${file}.test.ts`)
    const said = this.#node('vitest/vitest.mjs', 'run', ...files, '--maxWorkers=1', '--reporter=json', `--outputFile=${output}`)
    try {
      return readReport(output)
    } catch {
      throw new Error(`The tests could not be run:\n${said}`)
    }
  }

  #node(tool: string, ...args: string[]): string {
    const { stdout, stderr } = spawnSync(process.execPath, [join('node_modules', tool), ...args], { cwd: this.directory, encoding: 'utf8' })
    return stdout + stderr
  }
}

function editsOf(fault: Fault): readonly Edit[] {
  return fault.also ? [fault, fault.also] : [fault]
}

function readReport(path: string): Outcome {
  const outcome: Outcome = { failed: [], passed: [] }
  for (const { name, assertionResults } of (JSON.parse(readFileSync(path, 'utf8')) as Report).testResults) {
    const file = name.replaceAll('\\', '/').replace(/^.*\/|\.test\.ts$/g, '')
    for (const { fullName, status } of assertionResults) {
      if (status === 'failed') outcome.failed.push(`${file}: ${fullName}`)
      if (status === 'passed') outcome.passed.push(`${file}: ${fullName}`)
    }
  }
  return outcome
}
