import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import { afterAll } from 'vitest'

/** Children run one bundled file: starting them through a TypeScript loader would take longer than what they do. */
const directory = fileURLToPath(new URL(`../../node_modules/.cache/persist-store-tests/${process.pid}-${Date.now()}`, import.meta.url))
const actor = `${directory}/actor.mjs`
const running = new Set<ChildProcess>()

export function buildActor(): void {
  mkdirSync(directory, { recursive: true })
  const entry = fileURLToPath(new URL('./children/actor.ts', import.meta.url))
  buildSync({ entryPoints: [entry], outfile: actor, bundle: true, platform: 'node', format: 'esm', target: 'node20', external: ['proper-lockfile'] })
  afterAll(() => {
    for (const child of running) child.kill('SIGKILL')
    rmSync(directory, { recursive: true, force: true })
  })
}

export interface Actor {
  pid: number
  /** Resolves when the child says that it holds what it was to hold. */
  ready: Promise<void>
  /** Resolves with what the child answered. */
  answer: Promise<unknown>
  kill(): Promise<void>
}

export function start(action: string, root: string, ...rest: (string | number)[]): Actor {
  return startBy([], action, root, ...rest)
}

/** {@link start}, by way of a command that runs another one. */
export function startBy(command: readonly string[], action: string, root: string, ...rest: (string | number)[]): Actor {
  const [program, ...args] = [...command, process.execPath, actor, action, root, ...rest.map(String)]
  const child = spawn(program!, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  running.add(child)
  let output = ''
  let errors = ''
  let isReady = (): void => {}
  const ready = new Promise<void>((resolve) => (isReady = resolve))
  child.stdout.on('data', (data: Buffer) => {
    output += data.toString()
    if (output.includes('"ready"')) isReady()
  })
  child.stderr.on('data', (data: Buffer) => (errors += data.toString()))
  const ended = new Promise<void>((resolve) => child.once('close', () => (running.delete(child), resolve())))
  const answer = ended.then(() => {
    const line = output.trim().split('\n').at(-1) ?? ''
    if (child.exitCode !== 0) throw new Error(`${action}: exit ${child.exitCode} ${child.signalCode}: ${errors}`)
    return JSON.parse(line) as unknown
  })
  answer.catch(() => {})
  return { pid: child.pid!, ready, answer, kill: () => (child.kill('SIGKILL'), ended) }
}

/** The lines of a log that children append to. */
export function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').filter(Boolean)
  } catch {
    return []
  }
}
