import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { mergeObservations } from '../observation.ts'
import type { Observation } from '../observation.ts'
import { explainTree, printReport } from '../report.ts'
import { UsageError } from '../types.ts'
import type { Command } from '../types.ts'

export const run: Command = {
  usage: 'run [...command]',
  description: 'Run a command, then report its persisted calls: a tree with hits and misses, why, time spent and saved',
  examples: ['persist run -- node --import unplugin-persist/register app.js', 'persist run -- npm test'],
  async run({ json, cwd, terminal }, args, options) {
    const [program, ...rest] = [...args, ...((options['--'] as string[] | undefined) ?? [])]
    if (program === undefined) throw new UsageError('say what to run: `persist run -- node app.js`.')
    const directory = mkdtempSync(join(tmpdir(), 'persist-run-'))
    try {
      const started = Date.now()
      const code = await runChild(program, rest, { cwd, env: observed(directory), quiet: json })
      const roots = explainTree(mergeObservations(readObservations(directory)), started)
      if (json) terminal.out(JSON.stringify({ command: [program, ...rest], code, wall: Date.now() - started, calls: roots }, undefined, 2))
      else printReport(roots, Date.now() - started, terminal)
      return code
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  },
}

/** Every Node process below loads the observer, whatever stands between. */
function observed(directory: string): NodeJS.ProcessEnv {
  const observer = ['cli-observe.js', '../observe.ts'].map((path) => new URL(path, import.meta.url)).find((url) => existsSync(fileURLToPath(url)))
  return {
    ...process.env,
    PERSIST_OBSERVE: directory,
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
