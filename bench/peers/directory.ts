import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Where what is compared with is installed: outside of this package, which depends on none of it. */
export function peersDirectory(): string {
  return process.env.PERSIST_BENCH_PEERS ?? join(tmpdir(), 'unplugin-persist-peers')
}

/** The module there that loads them. */
export const LOADER = 'load.mjs'

/** A Python that has joblib and diskcache: the first one of the path may not be the one that Debian's packages are for. */
export function findPython(): string | undefined {
  return ['python3', '/usr/bin/python3'].find((command) => spawnSync(command, ['-c', 'import joblib, diskcache']).status === 0)
}
