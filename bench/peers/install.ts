/**
 * Installs what is compared with: packages from npm into a directory of their own (`PERSIST_BENCH_PEERS`, or one in the system's
 * temporary directory), and joblib and diskcache as packages of Debian. What can't be had is left out of the comparison.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findPython, LOADER, peersDirectory } from './directory.ts'

const PACKAGES = [
  'memoize-fs@4', '@epic-web/cachified@5', 'keyv@5', 'keyv-file@5', 'ocache@0.3', 'unstorage@1', 'cacache@20', 'lmdb@3', 'better-sqlite3@12',
]
const DEBIAN = ['python3-joblib', 'python3-diskcache']

const directory = peersDirectory()
mkdirSync(directory, { recursive: true })
if (!existsSync(join(directory, 'package.json'))) writeFileSync(join(directory, 'package.json'), '{ "name": "peers", "private": true }\n')
writeFileSync(join(directory, LOADER), 'export const load = (name) => import(name)\n')
console.log(`installing into ${directory}; better-sqlite3 may be compiled, which takes minutes`)
for (const name of PACKAGES) run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', name], directory)
if (findPython() === undefined) run('apt-get', ['install', '-y', '--no-install-recommends', ...DEBIAN], directory)

function run(command: string, args: readonly string[], cwd: string): void {
  const { status } = spawnSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] })
  console.log(`${status === 0 ? 'installed' : 'LEFT OUT '}  ${args.filter((arg) => !/^-|^install$/.test(arg)).join(' ')}`)
}
