import type { ManifestVersion } from '../store/manifest.ts'

/** What is different between two versions of a function's code. */
export interface VersionDifference {
  /** `src/b.ts#helper`: its code differs. `lodash#chunk 4.17.20 → 4.17.21` for packages. */
  changed: string[]
  added: string[]
  removed: string[]
  /** Nothing that it depends on differs, so that it is its own code. */
  own: boolean
  /** `1 → 2` where a version of the user's counts in place of the code, before, after or both. */
  version?: string
}

/** In the place of a fingerprint where the user has given a version. */
const GIVEN = 'version:'

/** Compares what two fingerprints were made of. */
export function compareVersions(before: ManifestVersion, after: ManifestVersion): VersionDifference {
  const difference: VersionDifference = { changed: [], added: [], removed: [], own: false }
  if (before.fingerprint.startsWith(GIVEN) || after.fingerprint.startsWith(GIVEN)) {
    difference.version = `${givenBy(before)} → ${givenBy(after)}`
    return difference
  }
  const old = readDependencies(before.dependencies)
  const now = readDependencies(after.dependencies)
  for (const [name, detail] of now) {
    const former = old.get(name)
    if (former === undefined) difference.added.push(name)
    else if (differs(former, detail)) difference.changed.push(describeChange(name, former, detail))
  }
  for (const name of old.keys()) if (!now.has(name)) difference.removed.push(name)
  difference.own = difference.changed.length + difference.added.length + difference.removed.length === 0
  return difference
}

function givenBy({ fingerprint }: ManifestVersion): string {
  return fingerprint.startsWith(GIVEN) ? fingerprint.slice(GIVEN.length) : 'none'
}

/** In the place of the code's fingerprint, where a function has a version of its own. */
export function givenVersion(version: unknown): string {
  return `${GIVEN}${version}`
}

/** One line for people. */
export function describeDifference({ changed, added, removed, own, version }: VersionDifference): string {
  if (version !== undefined) return `version ${version}`
  if (own) return 'its own code changed'
  return [
    changed.length > 0 ? `${changed.join(', ')} changed` : '',
    added.length > 0 ? `now depends on ${added.join(', ')}` : '',
    removed.length > 0 ? `no longer depends on ${removed.join(', ')}` : '',
  ].filter(Boolean).join('; ')
}

/** Versions in the order in which they were first used. */
export function inOrder(versions: Iterable<ManifestVersion>): ManifestVersion[] {
  return [...versions].sort((a, b) => a.first - b.first)
}

/** `src/b.ts#helper 1a2b3c4d,other 5e6f7a8b` is bindings of a module with their hashes, `lodash@4.17.21 1a2b3c4d#chunk` a package's export. */
function readDependencies(dependencies: readonly string[]): Map<string, string> {
  const read = new Map<string, string>()
  for (const text of dependencies) {
    const own = /^(.+?)#(.* [0-9a-f+]+)$/.exec(text)
    const installed = /^((?:@[^/]+\/)?[^@/#]+)@([^#]+)#(.*)$/.exec(text)
    if (own) {
      for (const item of own[2]!.split(',')) {
        const at = item.lastIndexOf(' ')
        read.set(`${own[1]}#${decodeURIComponent(item.slice(0, at))}`, item.slice(at + 1))
      }
    } else if (installed) read.set(`${installed[1]}#${installed[3]}`, installed[2]!)
    else read.set(text, '')
  }
  return read
}

/** A package's version, and what else is told of it. */
function partsOf(detail: string): [version: string, digest?: string] {
  return detail.split(' ') as [string, string?]
}

/** Earlier releases have noted of packages nothing but the version. */
function differs(before: string, after: string): boolean {
  const [[old, oldDigest], [now, digest]] = [partsOf(before), partsOf(after)]
  return old !== now || (oldDigest !== undefined && digest !== undefined && oldDigest !== digest)
}

function describeChange(name: string, before: string, after: string): string {
  const [[old], [now, digest]] = [partsOf(before), partsOf(after)]
  if (old !== now) return /^\d+\./.test(now) ? `${name} ${old} → ${now}` : name
  return digest === undefined ? name : `${name} (a patch, or what its package depends on)`
}
