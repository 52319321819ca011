import { spawnSync } from 'node:child_process'
import { cpSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import type { Edit, Fault } from './faults.ts'

/** Names of tests by how they ended. */
export interface Outcome {
  failed: string[]
  passed: string[]
  /** Why tests are missing: the file could not be loaded, or its process died. It says nothing of the fault. */
  unfinished?: string
}

/** A file of `test/behaviours` to be run with a fault in our code, or without any. */
export interface Trial {
  fault: Fault | undefined
  test: string
}

interface Report {
  testResults: { name: string; message: string; assertionResults: { fullName: string; status: string }[] }[]
}

export const REPOSITORY: string = fileURLToPath(new URL('../../', import.meta.url))
/** What real processes are tested by: they load the built package. */
const BUILT = 'processes'
const BUILD = ['package.json', 'tsdown.config.ts', 'tsconfig.json']

/** A copy of our code and of its tests of behaviour: what is edited meanwhile changes nothing. */
export class Workspace {
  readonly directory: string = mkdtempSync(join(tmpdir(), 'persist-mutations-'))
  #trials = 0

  constructor() {
    for (const path of ['src', 'test/behaviours', 'vitest.config.ts', ...BUILD]) cpSync(join(REPOSITORY, path), join(this.directory, path), { recursive: true })
    symlinkSync(join(REPOSITORY, 'node_modules'), join(this.directory, 'node_modules'), 'junction')
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true })
  }

  /** Why a fault can't be put in; nothing if it can. */
  check(fault: Fault): string | undefined {
    for (const { file, from } of editsOf(fault)) {
      const places = readFileSync(join(this.directory, 'src', file), 'utf8').split(from).length - 1
      if (places !== 1) return `its text stands ${places} times in src/${file}`
    }
    return undefined
  }

  /** Runs trials side by side in one run of the test runner, each with a copy of our code of its own. */
  run(trials: readonly Trial[]): Outcome[] {
    const folder = join(this.directory, 'test/trials')
    mkdirSync(folder, { recursive: true })
    const files = trials.map((trial) => {
      const file = join(folder, `${++this.#trials}.test.ts`)
      const copy = this.#copy(trial, join(this.directory, 'copies', String(this.#trials)))
      writeFileSync(file, `process.env.BEHAVIOURS_SOURCE = ${JSON.stringify(join(copy, 'src'))}\nprocess.env.BEHAVIOURS_PACKAGE = ${JSON.stringify(copy)}\nawait import('../behaviours/${trial.test}.test.ts')\n`)
      return file
    })
    const output = join(this.directory, 'report.json')
    rmSync(output, { force: true })
    const said = runNode(this.directory, 'vitest/vitest.mjs', 'run', 'test/trials/', '--maxWorkers=2', '--reporter=json', `--outputFile=${output}`)
    try {
      const report = JSON.parse(readFileSync(output, 'utf8')) as Report
      return files.map((file, index) => readOutcome(report, basename(file), trials[index]!.test))
    } catch {
      throw new Error(`The tests could not be run:\n${said}`)
    } finally {
      rmSync(folder, { recursive: true, force: true })
      rmSync(join(this.directory, 'copies'), { recursive: true, force: true })
    }
  }

  #copy({ fault, test }: Trial, target: string): string {
    if (fault === undefined && test !== BUILT) return this.directory
    linkTree(join(this.directory, 'src'), join(target, 'src'))
    for (const { file, from, to } of fault ? editsOf(fault) : []) {
      const path = join(target, 'src', file)
      const text = readFileSync(path, 'utf8').replace(from, () => to)
      rmSync(path)
      writeFileSync(path, text)
    }
    for (const path of BUILD) linkSync(join(this.directory, path), join(target, path))
    symlinkSync(join(REPOSITORY, 'node_modules'), join(target, 'node_modules'), 'junction')
    if (test === BUILT) runNode(target, 'tsdown/dist/run.mjs')
    return target
  }
}

function editsOf(fault: Fault): readonly Edit[] {
  return fault.also ? [fault, fault.also] : [fault]
}

/** The same files under further names: only what gets a fault is written. */
function linkTree(from: string, to: string): void {
  mkdirSync(to, { recursive: true })
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (entry.isDirectory()) linkTree(join(from, entry.name), join(to, entry.name))
    else linkSync(join(from, entry.name), join(to, entry.name))
  }
}

function runNode(cwd: string, tool: string, ...args: string[]): string {
  const { stdout, stderr } = spawnSync(process.execPath, [join('node_modules', tool), ...args], { cwd, encoding: 'utf8' })
  return stdout + stderr
}

function readOutcome({ testResults }: Report, file: string, test: string): Outcome {
  const found = testResults.find(({ name }) => basename(name) === file)
  const results = found?.assertionResults ?? []
  const named = (wanted: string): string[] => results.filter(({ status }) => status === wanted).map(({ fullName }) => `${test}: ${fullName}`)
  const outcome: Outcome = { failed: named('failed'), passed: named('passed') }
  const unended = results.find(({ status }) => status !== 'failed' && status !== 'passed')
  if (unended) outcome.unfinished = `${test}: '${unended.fullName}' did not come to an end`
  else if (results.length === 0) outcome.unfinished = `${test}: ${found?.message.trim() || 'no test was found'}`
  return outcome
}
