/**
 * Puts one fault after the other into a copy of our code, and runs the tests of behaviour against it.
 * Prints which test noticed which fault; exits with 1 when one was noticed by none, or can't be put in any more.
 *
 *     npm run test:mutations            # all faults, each until the first test fails
 *     npm run test:mutations -- batch   # faults whose name or file holds one of the words
 *     npm run test:mutations -- --all   # every test against every fault: also lists the tests that notice none
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { faults } from './faults.ts'
import type { Fault } from './faults.ts'

interface Report {
  testResults: { name: string; message: string; assertionResults: { fullName: string; status: string }[] }[]
}

interface Outcome {
  failed: string[]
  passed: string[]
}

const repository = fileURLToPath(new URL('../../', import.meta.url))
const all = process.argv.includes('--all')
const words = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const chosen = faults.filter(({ name, file }) => words.length === 0 || words.some((word) => `${name} ${file}`.includes(word)))
const scratch = mkdtempSync(join(tmpdir(), 'persist-mutations-'))
const copy = join(scratch, 'src')

function runTests(files: readonly string[]): Outcome {
  const output = join(scratch, 'report.json')
  rmSync(output, { force: true })
  const paths = all ? ['test/behaviours/'] : files.map((file) => `test/behaviours/${file}.test.ts`)
  const args = ['node_modules/vitest/vitest.mjs', 'run', ...paths, '--exclude', '**/processes.test.ts', '--maxWorkers=1', '--reporter=json', `--outputFile=${output}`, ...(all ? [] : ['--bail=1'])]
  const { stderr } = spawnSync(process.execPath, args, { cwd: repository, encoding: 'utf8', env: { ...process.env, BEHAVIOURS_SOURCE: copy } })
  let report: Report
  try {
    report = JSON.parse(readFileSync(output, 'utf8')) as Report
  } catch {
    throw new Error(`The tests could not be run:\n${stderr}`)
  }
  const outcome: Outcome = { failed: [], passed: [] }
  for (const { name, assertionResults } of report.testResults) {
    const file = name.replaceAll('\\', '/').replace(/^.*\/|\.test\.ts$/g, '')
    for (const { fullName, status } of assertionResults) {
      if (status === 'failed') outcome.failed.push(`${file}: ${fullName}`)
      if (status === 'passed') outcome.passed.push(`${file}: ${fullName}`)
    }
  }
  return outcome
}

function tryFault({ file, from, to, tests }: Fault): Outcome | string {
  const path = join(copy, file)
  const text = readFileSync(path, 'utf8')
  const places = text.split(from).length - 1
  if (places !== 1) return `stands ${places} times in src/${file}`
  writeFileSync(path, text.replace(from, () => to))
  try {
    return runTests(tests)
  } finally {
    writeFileSync(path, text)
  }
}

const begun = Date.now()
let survived = 0
const missed = new Set<string>()
const noticed = new Set<string>()
try {
  cpSync(join(repository, 'src'), copy, { recursive: true })
  symlinkSync(join(repository, 'node_modules'), join(scratch, 'node_modules'), 'junction')
  const sound = runTests([...new Set(chosen.flatMap(({ tests }) => tests))])
  if (sound.failed.length > 0) throw new Error(`Without any fault these fail already:\n  ${sound.failed.join('\n  ')}`)
  for (const name of sound.passed) missed.add(name)

  const width = Math.max(...chosen.map(({ name }) => name.length))
  for (const fault of chosen) {
    const outcome = tryFault(fault)
    if (typeof outcome === 'string' || outcome.failed.length === 0) survived++
    if (typeof outcome !== 'string') for (const name of outcome.failed) noticed.add(name)
    const answer = typeof outcome === 'string' ? `CAN'T BE PUT IN: ${outcome}` : outcome.failed[0] ?? 'SURVIVED'
    const more = typeof outcome !== 'string' && outcome.failed.length > 1 ? ` (+${outcome.failed.length - 1})` : ''
    console.log(`${fault.name.padEnd(width)}  ${answer}${more}`)
  }
  console.log(`\n${chosen.length - survived} of ${chosen.length} faults noticed, ${Math.round((Date.now() - begun) / 1000)} s`)
  if (all) {
    const idle = [...missed].filter((name) => !noticed.has(name))
    console.log(`${noticed.size} of ${missed.size} tests noticed a fault.${idle.length > 0 ? ` These noticed none:\n  ${idle.join('\n  ')}` : ''}`)
  }
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
process.exitCode = survived > 0 ? 1 : 0
