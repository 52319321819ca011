/**
 * Puts faults into copies of our code, and runs the tests of behaviour against each. Prints which fault each behaviour fails
 * under. Exits with 1 for a fault that no test notices, or that can't be put in any more, and for a behaviour that no fault
 * breaks. What has been tried is remembered while code and tests are the same, so that a run may be stopped and goes on later.
 * A trial whose process died says nothing: it is named, and tried again by the next run.
 *
 *     npm run test:mutations             # all faults
 *     npm run test:mutations -- --check  # whether they can still be put in: takes a moment
 *     npm run test:mutations -- batch    # faults whose name or file holds one of the words, without the table
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { faults } from './faults.ts'
import type { Fault } from './faults.ts'
import { Memory } from './memory.ts'
import { REPOSITORY, Workspace } from './workspace.ts'
import type { Outcome, Trial } from './workspace.ts'

/** So many trials share one run of the test runner. */
const AT_ONCE = 12

const words = process.argv.slice(2).filter((word) => word !== '--check')
const onlyChecks = process.argv.includes('--check')
const chosen = words.length === 0 ? faults : [...new Set(words.flatMap((word) => faults.filter(({ name, file }) => `${name} ${file}`.includes(word))))]

/** Tries what isn't known yet, a few at a time. */
function tryAll(workspace: Workspace, memory: Memory, trials: readonly Trial[]): void {
  const open = trials.filter(({ fault, test }) => !memory.recall(fault, test))
  for (let at = 0; at < open.length; at += AT_ONCE) {
    const some = open.slice(at, at + AT_ONCE)
    for (const [index, outcome] of workspace.run(some).entries()) {
      const { fault, test } = some[index]!
      memory.remember(fault, test, outcome)
    }
    console.error(`${Math.min(at + AT_ONCE, open.length)} of ${open.length} trials`)
  }
}

/** Why a fault proves nothing; nothing if it does. */
function flawOf({ failed, passed, unfinished }: Outcome): string | undefined {
  if (unfinished !== undefined) return `COULD NOT BE TRIED: ${unfinished}`
  if (failed.length === 0) return 'SURVIVED'
  return passed.length === 0 ? 'BREAKS EVERYTHING, so that it says nothing of single behaviours' : undefined
}

function main(workspace: Workspace): number {
  const lost = new Map<Fault, string>()
  for (const fault of chosen) {
    const flaw = workspace.check(fault)
    if (flaw !== undefined) lost.set(fault, flaw)
  }
  if (onlyChecks) {
    for (const [{ name }, flaw] of lost) console.log(`${name}: ${flaw}`)
    if (lost.size === 0) console.log(`all ${chosen.length} faults can be put in`)
    return lost.size > 0 ? 1 : 0
  }

  const memory = new Memory(workspace.directory)
  const everyFile = readdirSync(join(REPOSITORY, 'test/behaviours'), { encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts') && file !== 'comparison.test.ts').map((file) => file.replace('.test.ts', '')).sort()
  const files = words.length === 0 ? everyFile : [...new Set(chosen.flatMap(({ tests }) => tests))]
  const sound = files.map((test) => ({ fault: undefined, test }))
  const ask = (trials: readonly Trial[]): Outcome => {
    const all = trials.map(({ fault, test }) => memory.recall(fault, test)!)
    const outcome: Outcome = { failed: all.flatMap(({ failed }) => failed), passed: all.flatMap(({ passed }) => passed) }
    const unfinished = all.flatMap((one) => one.unfinished ?? [])
    if (unfinished.length > 0) outcome.unfinished = unfinished.join('; ')
    return outcome
  }
  const trialsOf = (fault: Fault): Trial[] => fault.tests.map((test) => ({ fault, test }))
  tryAll(workspace, memory, sound)
  const behaviours = ask(sound)
  if (behaviours.unfinished !== undefined) throw new Error(`Without any fault this does not run to its end already:\n  ${behaviours.unfinished}`)
  if (behaviours.failed.length > 0) throw new Error(`Without any fault these fail already:\n  ${behaviours.failed.join('\n  ')}`)
  tryAll(workspace, memory, chosen.filter((fault) => !lost.has(fault)).flatMap(trialsOf))

  /** The fault that breaks the fewest others: it says best what the behaviour is of. */
  const narrowest = new Map<string, { fault: string; breaks: number }>()
  let flawed = 0
  const width = Math.max(...chosen.map(({ name }) => name.length))
  for (const fault of chosen) {
    const place = lost.get(fault)
    const outcome = place === undefined ? ask(trialsOf(fault)) : undefined
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
  console.log(`\n${chosen.length - flawed} of ${chosen.length} faults noticed`)
  if (words.length > 0) return flawed > 0 ? 1 : 0

  const unbroken = behaviours.passed.filter((name) => !narrowest.has(name))
  console.log('\nEach behaviour, and a fault that it fails under\n')
  for (const name of behaviours.passed) console.log(`${name}\n    ${narrowest.get(name)?.fault ?? 'NONE'}`)
  console.log(`\n${narrowest.size} of ${behaviours.passed.length} behaviours fail under a fault.${unbroken.length > 0 ? ' Not these:' : ''}`)
  for (const name of unbroken) console.log(`  ${name}`)
  return flawed + unbroken.length > 0 ? 1 : 0
}

const workspace = new Workspace()
try {
  process.exitCode = main(workspace)
} finally {
  workspace.remove()
}
