import { cpSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { repository, runWell } from './workspace.ts'
import type { Output } from './workspace.ts'

/** A host as the contract sees it. */
export interface Host {
  name: string
  /** The script in `drivers/` that builds (or, for servers, runs) the app. */
  driver: string
  /** What runs the driver. */
  with?: 'bun'
  /** The file that a build writes; none where the driver itself runs the program. */
  output?: string
  /** Further environment for the driver. */
  env?: Record<string, string>
}

export const HOSTS: readonly Host[] = [
  { name: 'Vite dev (ssrLoadModule)', driver: 'vite-dev' },
  { name: 'Vite dev (environment runner)', driver: 'vite-runner' },
  { name: 'Vite SSR build', driver: 'vite', output: 'main.mjs' },
  { name: 'Rollup', driver: 'rollup', output: 'main.mjs' },
  { name: 'Rolldown', driver: 'rolldown', output: 'main.mjs' },
  { name: 'webpack', driver: 'webpack', output: 'main.cjs' },
  { name: 'webpack, /loader', driver: 'loader', output: 'main.cjs' },
  { name: 'Rspack', driver: 'rspack', output: 'main.cjs' },
  { name: 'esbuild (ESM)', driver: 'esbuild', output: 'main.mjs' },
  { name: 'esbuild (CommonJS, minified)', driver: 'esbuild-cjs', output: 'main.cjs' },
  { name: 'Farm', driver: 'farm', output: 'main.mjs' },
  { name: 'Bun.build', driver: 'bun-build', with: 'bun', output: 'main.mjs' },
  { name: 'Bun (preload)', driver: 'bun-preload', with: 'bun' },
]

/** The `bun` that its npm package brings. */
export const bun: string = join(repository, 'node_modules/.bin/bun')

/** Puts the drivers into an app. */
export function addDrivers(app: string): void {
  cpSync(join(repository, 'test/hosts/drivers'), join(app, 'drivers'), { recursive: true })
}

/** Builds the app with a host, where it builds. */
export async function build(host: Host, app: string, env: Record<string, string> = {}): Promise<Output | undefined> {
  if (host.output === undefined) return undefined
  return runDriver(host, app, { OUT: outOf(host, app), ...env })
}

/** Runs what a host has built, or lets it run the program. */
export function runApp(host: Host, app: string, store: string, env: Record<string, string> = {}): Promise<Output> {
  const all = { ...env, PERSIST_PATH: store }
  if (host.driver === 'bun-preload') return runWell(bun, ['--preload', './drivers/bun-preload.mjs', 'src/main.ts'], { cwd: app, env: all })
  if (host.output === undefined) return runDriver(host, app, all)
  return runWell(process.execPath, [join(outOf(host, app), host.output)], { cwd: app, env: all })
}

export function runDriver(host: Host, app: string, env: Record<string, string>): Promise<Output> {
  return runWell(host.with === 'bun' ? bun : process.execPath, [`drivers/${host.driver}.mjs`], { cwd: app, env: { ...host.env, ...env } })
}

export function outOf(host: Host, app: string): string {
  return join(app, 'out', host.driver)
}
