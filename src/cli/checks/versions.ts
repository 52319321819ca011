import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { PACKAGE } from './project-files.ts'
import type { Check } from './types.ts'

/** Two versions in one program don't share what they know, and the older one may refuse what the newer has compiled. */
export const checkVersions: Check = ({ path }) => {
  const copies = new Map<string, string>()
  for (const directory of copiesAbove(path)) {
    const real = realpathSync(directory)
    const version = versionIn(real)
    if (version !== undefined) copies.set(real, version)
  }
  const versions = new Set(copies.values())
  if (copies.size === 0) return [{ level: 'problem', what: `${PACKAGE} is not installed here`, cure: `npm install ${PACKAGE}` }]
  if (versions.size === 1) return [{ level: 'fine', what: `${PACKAGE} ${[...versions][0]}` }]
  return [{
    level: 'problem',
    what: `there are ${versions.size} versions of ${PACKAGE}: ${[...copies].map(([directory, version]) => `${version} in ${directory}`).join(', ')}`,
    cure: 'Make all packages ask for one version, then `npm dedupe`.',
  }]
}

function* copiesAbove(path: string): Generator<string> {
  for (let directory = path; ; directory = dirname(directory)) {
    // The package's own repository.
    if (nameIn(directory) === PACKAGE) yield directory
    const modules = join(directory, 'node_modules')
    yield* copiesIn(modules)
    for (const name of list(modules)) {
      if (name.startsWith('@')) for (const scoped of list(join(modules, name))) yield* copiesIn(join(modules, name, scoped, 'node_modules'))
      else if (name === '.pnpm') for (const stored of list(join(modules, name))) if (stored.startsWith(`${PACKAGE}@`)) yield* copiesIn(join(modules, name, stored, 'node_modules'))
      if (!name.startsWith('.')) yield* copiesIn(join(modules, name, 'node_modules'))
    }
    if (directory === dirname(directory)) return
  }
}

function* copiesIn(modules: string): Generator<string> {
  const directory = join(modules, PACKAGE)
  if (existsSync(directory)) yield directory
}

function list(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}

function versionIn(directory: string): string | undefined {
  return manifestIn(directory)?.version
}

function nameIn(directory: string): string | undefined {
  return manifestIn(directory)?.name
}

function manifestIn(directory: string): { name?: string; version?: string } | undefined {
  try {
    return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as { name?: string; version?: string }
  } catch {
    return undefined
  }
}
