/**
 * Puts one fault after the other into a copy of our code, and runs the tests of behaviour against it. Prints which fault each
 * behaviour fails under. Exits with 1 for a fault that no test notices, or that can't be put in any more, and for a behaviour
 * that no fault breaks. What has been tried is remembered while code and tests are the same, so that it may be stopped.
 *
 *     npm run test:mutations            # all faults
 *     npm run test:mutations -- --check # whether they can still be put in: takes a moment
 *     npm run test:mutations -- batch   # faults whose name or file holds one of the words, without the table
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { faults } from './faults.ts'
import type { Fault } from './faults.ts'
import { Memory } from './memory.ts'
import { REPOSITORY, Workspace } from './workspace.ts'
import type { Outcome } from './workspace.ts'

const words = process.argv.slice(2).filter((word) => word !== '--check')
const onlyChecks = process.argv.includes('--check')
const chosen = faults.filter(({ name, file }) => words.length === 0 || words.some((word) => `${name} ${file}`.includes(word)))
const workspace = new Workspace()
const memory = new Memory(workspace.directory)

/** What the files of tests say, from memory where they were asked before. */
function ask(fault: Fault | undefined, tests: readonly string[]): Outcome {
  const outcome: Outcome = { failed: [], passed: [] }
  const open: string[] = []
  for (const test of tests) {
    const known = memory.recall(fault, test)
    if (known) add(outcome, known)
    else open.push(test)
  }
  if (open.length === 0) return outcome
  const said = fault ? workspace.try(fault, open) : workspace.run(open)
  for (const test of open) {
    const ofTest = (names: string[]): string[] => names.filter((name) => name.startsWith(`${test}: `))
    const own = { failed: ofTest(said.failed), passed: ofTest(said.passed) }
    // A file that could not even be loaded says nothing of single tests.
    if (own.failed.length + own.passed.length > 0) memory.remember(fault, test, own)
  }
  return add(outcome, said)
}

function add(outcome: Outcome, { failed, passed }: Outcome): Outcome {
  outcome.failed.push(...failed)
  outcome.passed.push(...passed)
  return outcome
}

/** Why a fault proves nothing; nothing if it does. */
function flawOf(outcome: Outcome): string | undefined {
  if (outcome.failed.length === 0) return 'SURVIVED'
  return outcome.passed.length === 0 ? 'BREAKS EVERYTHING, so that it says nothing of single behaviours' : undefined
}

function main(): number {
  const begun = Date.now()
  if (onlyChecks) {
    const lost = chosen.flatMap((fault) => workspace.check(fault)?.replace(/^/, `${fault.name}: `) ?? [])
    console.log(lost.length > 0 ? lost.join('\n') : `all ${chosen.length} faults can be put in`)
    return lost.length > 0 ? 1 : 0
  }
  const everyFile = readdirSync(join(REPOSITORY, 'test/behaviours'), { encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts') && file !== 'comparison.test.ts').map((file) => file.replace('.test.ts', '')).sort()
  const sound = ask(undefined, words.length === 0 ? everyFile : [...new Set(chosen.flatMap(({ tests }) => tests))])
  if (sound.failed.length > 0) throw new Error(`Without any fault these fail already:\n  ${sound.failed.join('\n  ')}`)

  /** The fault that breaks the fewest others: it says best what the behaviour is of. */
  const narrowest = new Map<string, { fault: string; breaks: number }>()
  let flawed = 0
  const width = Math.max(...chosen.map(({ name }) => name.length))
  for (const fault of chosen) {
    const place = workspace.check(fault)
    const outcome = place === undefined ? ask(fault, fault.tests) : undefined
    const flaw = outcome ? flawOf(outcome) : `CAN'T BE PUT IN: ${place}`
    if (flaw !== undefined) {
      flawed++
      console.log(`${fault.name.padEnd(width)}  ${flaw}`)
      continue
    }
    const { failed } = outcome!
    for (const name of failed) {
      if (failed.length < (narrowest.get(name)?.breaks ?? Infinity)) narrowest.set(name, { fault: fault.name, breaks: failed.length })
    }
    console.log(`${fault.name.padEnd(width)}  ${failed[0]}${failed.length > 1 ? ` (+${failed.length - 1})` : ''}`)
  }
  console.log(`\n${chosen.length - flawed} of ${chosen.length} faults noticed, ${Math.round((Date.now() - begun) / 1000)} s`)
  if (words.length > 0) return flawed > 0 ? 1 : 0

  const unbroken = sound.passed.filter((name) => !narrowest.has(name))
  console.log('\nEach behaviour, and a fault that it fails under\n')
  for (const name of sound.passed) console.log(`${name}\n    ${narrowest.get(name)?.fault ?? 'NONE'}`)
  console.log(`\n${narrowest.size} of ${sound.passed.length} behaviours fail under a fault.${unbroken.length > 0 ? ' Not these:' : ''}`)
  for (const name of unbroken) console.log(`  ${name}`)
  return flawed + unbroken.length > 0 ? 1 : 0
}

try {
  process.exitCode = main()
} finally {
  workspace.remove()
}
