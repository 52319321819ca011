import { join } from 'node:path'
import process from 'node:process'
import picocolors from 'picocolors'
import { main } from '../../src/cli/main.ts'
import { createWorkspace, run } from '../hosts/workspace.ts'
import type { Output } from '../hosts/workspace.ts'

/** A project on disk with a store of its own. Its program runs through the built package: build first. */
export interface Project {
  directory: string
  store: string
  write(files: Readonly<Record<string, string>>): void
  /** Runs a module of the project under the register hook. */
  run(module: string, env?: Record<string, string>): Promise<Output>
  /** Runs a command line in this process. */
  cli(...args: string[]): Promise<CliOutput>
  /** The same with other variables in the environment. */
  cliIn(env: Readonly<Record<string, string>>, ...args: string[]): Promise<CliOutput>
  /** The same at a terminal, where questions are answered so. */
  cliAsked(answer: string, ...args: string[]): Promise<CliOutput>
  remove(): void
}

export interface CliOutput {
  code: number
  out: string
  err: string
  /** What `--json` printed. */
  json: any
}

export function createProject(files: Readonly<Record<string, string>>): Project {
  const workspace = createWorkspace()
  const store = join(workspace.directory, 'store')
  const directory = workspace.write('app', { 'package.json': '{ "name": "app", "type": "module" }', ...files })
  const cli = (answer: string | undefined, args: string[], env: Readonly<Record<string, string>> = {}): Promise<CliOutput> =>
    runCli(args.includes('--cwd') ? args : ['--cwd', directory, ...args], { PERSIST_PATH: store, ...env }, answer)
  return {
    directory,
    store,
    write: (changed) => void workspace.write('app', changed),
    run: (module, env = {}) => run(process.execPath, ['--import', 'unplugin-persist/register', module], { cwd: directory, env: { PERSIST_PATH: store, ...env } }),
    cli: (...args) => cli(undefined, args),
    cliIn: (env, ...args) => cli(undefined, args, env),
    cliAsked: (answer, ...args) => cli(answer, args),
    remove: () => workspace.remove(),
  }
}

/** Runs a command line in this process, with an environment of its own. */
export async function runCli(args: readonly string[], env: Record<string, string> = {}, answer?: string): Promise<CliOutput> {
  const before = { ...process.env }
  Object.assign(process.env, env)
  const out: string[] = []
  const err: string[] = []
  try {
    const code = await main(args, {
      out: (text) => void out.push(text),
      note: (text) => void err.push(text),
      interactive: answer !== undefined,
      ask: (question) => {
        err.push(question)
        return Promise.resolve(answer ?? '')
      },
      progress: () => undefined,
      paint: picocolors.createColors(false),
    })
    return {
      code, out: out.join('\n'), err: err.join('\n'),
      get json() {
        return JSON.parse(out.join('\n'))
      },
    }
  } finally {
    for (const name of Object.keys(env)) {
      if (before[name] === undefined) delete process.env[name]
      else process.env[name] = before[name]
    }
  }
}

/** A program of three functions: `total` calls `price`, which reaches a helper in another file. */
export const SHOP: Readonly<Record<string, string>> = {
  'src/tax.js': 'export const tax = (amount) => amount * 0.2\n',
  'src/price.js': `import { tax } from './tax.js'

// @persist
export function price(amount) {
  console.error('computed price')
  return amount + tax(amount)
}
`,
  'src/total.js': `import { price } from './price.js'

// @persist { groupBy: ['customer'], tags: ['sums'] }
export function total(customer, amounts) {
  console.error('computed total')
  return amounts.reduce((sum, amount) => sum + price(amount), 0)
}
`,
  'main.js': `import { total } from './src/total.js'
console.log(total('ann', [10, 20]), total('bob', [10]))
`,
}
