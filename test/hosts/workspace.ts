import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import process from 'node:process'

/** The repository. The tests that use this file need `dist`: build first. */
export const repository: string = resolve(dirname(fileURLToPath(import.meta.url)), '../..')

/** A directory with `node_modules` beside which apps can be written: the package as built, everything else linked. */
export interface Workspace {
  directory: string
  /** Writes files below a new or old directory and gives its path. */
  write(name: string, files: Readonly<Record<string, string>>): string
  remove(): void
}

export function createWorkspace(): Workspace {
  if (!existsSync(join(repository, 'dist/index.js'))) throw new Error('dist is missing: npm run build')
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'persist-hosts-')))
  const modules = join(directory, 'node_modules')
  linkAll(join(repository, 'node_modules'), modules)
  const installed = join(modules, 'unplugin-persist')
  cpSync(join(repository, 'dist'), join(installed, 'dist'), { recursive: true })
  cpSync(join(repository, 'package.json'), join(installed, 'package.json'))

  return {
    directory,
    write(name, files) {
      writeFiles(join(directory, name), files)
      return join(directory, name)
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
}

/** Writes files below a directory, which need not be there. */
export function writeFiles(directory: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), text)
  }
}

/** Links all installed packages into another `node_modules`, but not this one. */
export function linkAll(from: string, to: string): void {
  mkdirSync(to, { recursive: true })
  for (const name of readdirSync(from)) {
    if (name === 'unplugin-persist' || name.startsWith('.')) continue
    if (name.startsWith('@')) {
      linkAll(join(from, name), join(to, name))
    } else symlinkSync(join(from, name), join(to, name))
  }
}

export interface Output {
  stdout: string
  stderr: string
  code: number | null
  /** What the program says to have computed, sorted. */
  computed: string[]
  /** Its last line. */
  result: string
}

/** Runs a program to its end. */
export function run(command: string, args: readonly string[], { cwd, env = {} }: { cwd: string; env?: Record<string, string> }): Promise<Output> {
  return new Promise((done, failed) => {
    const { VITEST, VITEST_MODE, VITEST_POOL_ID, VITEST_WORKER_ID, NODE_OPTIONS, NODE_ENV, NODE_V8_COVERAGE, ...inherited } = process.env
    const child = spawn(command, args, { cwd, env: { ...inherited, NO_COLOR: '1', ...env } as NodeJS.ProcessEnv, stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.on('error', failed)
    child.on('close', (code) => done({
      stdout, stderr, code,
      computed: [...stderr.matchAll(/^computed (.+)$/gm)].map((match) => match[1]!).sort(),
      result: stdout.trim().split('\n').at(-1) ?? '',
    }))
  })
}

/** The same, for what has to succeed. */
export async function runWell(command: string, args: readonly string[], how: { cwd: string; env?: Record<string, string> }): Promise<Output> {
  const output = await run(command, args, how)
  if (output.code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${output.code}\n${output.stdout}\n${output.stderr}`)
  return output
}
