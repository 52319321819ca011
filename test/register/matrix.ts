import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { program } from '../hosts/program.ts'
import type { Syntax } from '../hosts/program.ts'
import { repository, run } from '../hosts/workspace.ts'
import type { Output, Workspace } from '../hosts/workspace.ts'

/** One way to run the program under Node with the hooks. */
export interface Case {
  name: string
  syntax: Syntax
  /** What stands before the entry. */
  args: readonly string[]
  /** Without the hooks. */
  plain: readonly string[]
  /** The entry is run by the `tsx` command. */
  tsx?: true
  /** Node itself has to drop the types. */
  native?: true
}

const hook = ['--import', 'unplugin-persist/register']
const tsx = ['--import', 'tsx']

export const CASES: readonly Case[] = [
  { name: 'JavaScript, ESM', syntax: 'js', args: hook, plain: [] },
  { name: 'JavaScript, CommonJS', syntax: 'cjs', args: hook, plain: [] },
  { name: 'native TypeScript, ESM', syntax: 'ts', args: hook, plain: [], native: true },
  { name: 'native TypeScript, CommonJS', syntax: 'cts', args: hook, plain: [], native: true },
  { name: 'before tsx, ESM', syntax: 'ts', args: [...hook, ...tsx], plain: tsx },
  { name: 'after tsx, ESM', syntax: 'ts', args: [...tsx, ...hook], plain: tsx },
  { name: 'before tsx, CommonJS', syntax: 'tscjs', args: [...hook, ...tsx], plain: tsx },
  { name: 'after tsx, CommonJS', syntax: 'tscjs', args: [...tsx, ...hook], plain: tsx },
  { name: 'tsx --import, ESM', syntax: 'ts', args: hook, plain: [], tsx: true },
  { name: 'tsx --import, CommonJS', syntax: 'tscjs', args: hook, plain: [], tsx: true },
  { name: 'after tsx, JavaScript, ESM', syntax: 'js', args: [...tsx, ...hook], plain: tsx },
  { name: 'after tsx, JavaScript, CommonJS', syntax: 'cjs', args: [...tsx, ...hook], plain: tsx },
]

/** Writes the program in every syntax. */
export function writeApps(workspace: Workspace): void {
  for (const { syntax } of CASES) workspace.write(`app-${syntax}`, program(syntax))
}

/** Whether a Node binary runs TypeScript by itself. */
export async function hasNativeTypeScript(node: string, workspace: Workspace): Promise<boolean> {
  const { stdout } = await run(node, ['-p', 'process.features.typescript || ""'], { cwd: workspace.directory })
  return stdout.trim() !== ''
}

/** Whether a Node binary keeps what it has compiled, and has synchronous hooks, after which it can be asked to before the runtime is loaded. */
export async function hasCompileCache(node: string, workspace: Workspace): Promise<boolean> {
  const { stdout } = await run(node, ['-p', 'const m = require("module"); Boolean(m.enableCompileCache && m.registerHooks)'], { cwd: workspace.directory })
  return stdout.trim() === 'true'
}

/** Whether Node has kept compiled code of a program: the first of the cases, one without a mark, or one whose coverage is counted. */
export async function keepsCompiledCode(node: string, workspace: Workspace, how: 'marked' | 'plain' | 'covered' = 'marked'): Promise<boolean> {
  const place = join(workspace.directory, 'compiled', how)
  mkdirSync(place, { recursive: true })
  workspace.write('app-js', { 'src/plain.js': 'export {}\n' })
  const env = { TMPDIR: place, TEMP: place, PERSIST_PATH: join(place, 'store'), ...(how === 'covered' && { NODE_V8_COVERAGE: join(place, 'coverage') }) }
  await run(node, [...hook, how === 'plain' ? 'src/plain.js' : 'src/main.js'], { cwd: join(workspace.directory, 'app-js'), env })
  return existsSync(join(place, 'node-compile-cache'))
}

/** Runs a case; `plain` without the hooks. */
export function runCase(node: string, workspace: Workspace, { syntax, args, plain, tsx }: Case, store: string, how: 'hooked' | 'plain' = 'hooked'): Promise<Output> {
  const cwd = join(workspace.directory, `app-${syntax}`)
  const entry = syntax === 'js' || syntax === 'cjs' ? 'src/main.js' : 'src/main.ts'
  const command = tsx ? [join(repository, 'node_modules/tsx/dist/cli.mjs')] : []
  return run(node, [...command, ...(how === 'plain' ? plain : args), entry], { cwd, env: { PERSIST_PATH: join(workspace.directory, 'stores', store) } })
}
