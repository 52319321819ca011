import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { count } from '../format.ts'
import { mergeObservations } from '../observation.ts'
import type { Observation } from '../observation.ts'
import { record } from '../record.ts'
import { explainTree, printReport } from '../report.ts'
import { DONE, UsageError } from '../types.ts'
import type { Command } from '../types.ts'

export const run: Command = {
  usage: 'run [...command]',
  description: 'Run a command, then report its persisted calls: a tree with hits and misses, why, time spent and saved',
  options: [['--record <directory>', 'Write every entry that the run read or wrote to an archive there']],
  examples: ['persist run -- node --import unplugin-persist/register app.js', 'persist run --record results -- npm start'],
  async run({ json, cwd, dryRun, terminal }, args, options) {
    const [program, ...rest] = [...args, ...((options['--'] as string[] | undefined) ?? [])]
    const target = options.record === undefined ? undefined : resolve(cwd, String(options.record))
    if (program === undefined) throw new UsageError('say what to run: `persist run -- node app.js`.')
    if (dryRun) {
      terminal.out(json ? JSON.stringify({ command: [program, ...rest], ran: false }, undefined, 2) : `would run ${[program, ...rest].join(' ')}`)
      return DONE
    }
    const directory = mkdtempSync(join(tmpdir(), 'persist-run-'))
    try {
      const started = Date.now()
      const code = await runChild(program, rest, { cwd, env: observed(directory, target !== undefined), quiet: json })
      const wall = Date.now() - started
      const seen = mergeObservations(readObservations(directory))
      const calls = explainTree(seen, started)
      const recordings = target === undefined ? [] : record(seen, target)
      if (json) terminal.out(JSON.stringify({ command: [program, ...rest], code, wall, calls, ...(target === undefined ? {} : { recordings }) }, undefined, 2))
      else printReport(calls, wall, terminal)
      for (const { archive, entries } of recordings) terminal.note(`recorded ${count(entries, 'entry', 'entries')} in ${archive}`)
      return code
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  },
}

/** Every Node process below loads the observer, whatever stands between. */
function observed(directory: string, entries: boolean): NodeJS.ProcessEnv {
  const observer = ['cli-observe.js', '../observe.ts'].map((path) => new URL(path, import.meta.url)).find((url) => existsSync(fileURLToPath(url)))
  return {
    ...process.env,
    PERSIST_OBSERVE: directory,
    ...(entries ? { PERSIST_OBSERVE_ENTRIES: '1' } : {}),
    NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import ${observer!.href}`.trim(),
  }
}

interface How {
  cwd: string
  env: NodeJS.ProcessEnv
  /** Stdout is for the report: what the command prints there goes to stderr. */
  quiet: boolean
}

function runChild(program: string, args: readonly string[], { cwd, env, quiet }: How): Promise<number> {
  return new Promise((done, failed) => {
    const child = spawn(program, args, { cwd, env, stdio: ['inherit', quiet ? process.stderr : 'inherit', 'inherit'], shell: process.platform === 'win32' })
    // The terminal sends Ctrl+C to both: the command decides what it means, the report comes in any case.
    const pass = (signal: NodeJS.Signals): void => void child.kill(signal)
    const stay = (): void => undefined
    process.on('SIGTERM', pass)
    process.on('SIGINT', stay)
    const end = (): void => {
      process.off('SIGTERM', pass)
      process.off('SIGINT', stay)
    }
    child.on('error', (error) => {
      end()
      failed(new Error(`${program} can't be run: ${error.message}`))
    })
    child.on('close', (code, signal) => {
      end()
      done(code ?? 128 + (signal ? constants.signals[signal] : 0))
    })
  })
}

function readObservations(directory: string): Observation[] {
  return readdirSync(directory).filter((name) => name.endsWith('.json')).map((name) => JSON.parse(readFileSync(join(directory, name), 'utf8')) as Observation)
}
