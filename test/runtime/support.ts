import { execFile, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll } from 'vitest'
import type { FunctionOptions } from '../../src/config/options.ts'
import type { Descriptor } from '../../src/descriptor.ts'
import { call, define } from '../../src/runtime/index.ts'
import type { Compiled } from '../../src/runtime/index.ts'

/** What child processes import; `tsx` compiles the sources for them. */
export const RUNTIME: string = new URL('../../src/runtime/index.ts', import.meta.url).href
export const INDEX: string = new URL('../../src/index.ts', import.meta.url).href
const TSX = new URL('../../node_modules/tsx/dist/loader.mjs', import.meta.url).href

export const TSX_API: string = new URL('../../node_modules/tsx/dist/esm/api/index.mjs', import.meta.url).href

const made: string[] = []
afterAll(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true })
})

/** A directory of this test's own. */
export function temporary(): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'persist-runtime-')))
  made.push(directory)
  return directory
}

/** Waits for what has no promise of its own. */
export async function until(isSo: () => unknown): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 2))
}

export interface Sandbox {
  directory: string
  store: string
  write(file: string, text: string): string
  /** Runs a script in a process of its own. */
  run(file: string, options?: RunOptions): Promise<RunResult>
  start(file: string, options?: RunOptions): ChildProcess
}

export interface RunOptions {
  env?: Record<string, string>
  args?: readonly string[]
  cwd?: string
}

export interface RunResult {
  code: number
  stdout: string
  stderr: string
  /** The lines of stdout, each as JSON. */
  lines: any[]
}

/** A small project named `app`, with a store of its own. */
export function sandbox(name = 'app'): Sandbox {
  const directory = temporary()
  const store = join(directory, 'store')
  const project = join(directory, 'project')
  const write = (file: string, text: string): string => {
    const path = join(project, file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    return path
  }
  write('package.json', JSON.stringify({ name, type: 'module' }))
  const environment = (own: Record<string, string> = {}): NodeJS.ProcessEnv => {
    const { NODE_V8_COVERAGE: _, DEBUG: __, ...rest } = process.env
    return { ...rest, PERSIST_PATH: store, XDG_CONFIG_HOME: join(directory, 'config'), ...own }
  }
  const argv = (file: string, args: readonly string[] = []): string[] => ['--import', TSX, file.startsWith('/') ? file : join(project, file), ...args]
  return {
    directory: project,
    store,
    write,
    run: (file, { env, args, cwd = project } = {}) =>
      new Promise((resolve) => {
        execFile(process.execPath, argv(file, args), { env: environment(env), cwd, maxBuffer: 1 << 26, timeout: 50_000, killSignal: 'SIGKILL' }, (error, stdout, stderr) => {
          const lines = stdout.split('\n').filter(Boolean).flatMap((line) => {
            try {
              return [JSON.parse(line)]
            } catch {
              return []
            }
          })
          resolve({ code: error ? (typeof error.code === 'number' ? error.code : 1) : 0, stdout, stderr, lines })
        })
      }),
    start: (file, { env, args, cwd = project } = {}) => spawn(process.execPath, argv(file, args), { env: environment(env), cwd, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] }),
  }
}

let functions = 0

/** A function in the shape that the compiler gives it, and how often its body has run. */
export function marked<F extends (...args: any[]) => any>(
  body: F,
  how: { params?: readonly string[]; options?: FunctionOptions<any>; captures?: () => readonly unknown[]; captured?: Descriptor['captures'] } & Partial<Omit<Descriptor, 'options' | 'captures'>> = {},
): F & { calls: number; compiled: Compiled } {
  const { options, captures, captured, ...descriptor } = how
  const id = ++functions
  const params = how.params ?? Array.from({ length: body.length }, (_, index) => 'abcdefgh'[index]!)
  const compiled = define(
    { v: 1, module: 'src/test.ts', name: `f${id}`, fingerprint: `fingerprint-${id}`, project: { name: 'unplugin-persist', at: '' }, ...descriptor, params, ...(captured && { captures: captured }) },
    () => fn,
  )
  if (options) compiled.attached = options
  const bound = (args: unknown[]): unknown[] => params.map((name, index) => (name.startsWith('...') ? args.slice(index) : args[index]))
  const run = (self: unknown, args: unknown[]): unknown =>
    call(compiled, self, bound(args), captures ?? 0, (...values: unknown[]) => {
      fn.calls++
      return Reflect.apply(body, self, values)
    })
  const shell = descriptor.async
    ? async function (this: unknown, ...args: unknown[]): Promise<unknown> { return run(this, args) }
    : function (this: unknown, ...args: unknown[]): unknown { return run(this, args) }
  const fn = Object.assign(shell, { calls: 0, compiled }) as unknown as F & { calls: number; compiled: Compiled }
  return fn
}
