import { FORMAT_VERSION } from './format.ts'

/**
 * Names of the store's own files. They begin with `@`, which no escaped segment does.
 *
 * ```
 * <root>/CACHEDIR.TAG, @projects.jsonl, @locks/
 * <root>/<project>-<id>/@project.json, @fingerprints.jsonl
 * <root>/<project>-<id>/src/train.ts/train/@manifest.jsonl, @uses.jsonl, @claims.<n>
 * <root>/<project>-<id>/src/train.ts/train/<group>/<group>/@<size>-<bucket>.<generation>.v1, @values/…
 * ```
 */
export const REGISTRY = '@projects.jsonl'
export const PROJECT_FILE = '@project.json'
export const FINGERPRINTS = '@fingerprints.jsonl'
export const MANIFEST = '@manifest.jsonl'
export const USES = '@uses.jsonl'
/** Nested waiters, see `waits.ts`. */
export const WAITS = '@waits'
/** Values that no entry names are removed, and entries of other formats can't be read: each format has a place of its own, as the type demands. */
export const VALUES: typeof FORMAT_VERSION extends 1 ? '@values' : `@values.v${typeof FORMAT_VERSION}` = '@values'
export const LOCKS = '@locks'
/** When collection last looked at the store. */
export const COLLECTED = '@collected'
/** The groups of a directory whose name was shortened. */
export const GROUP_FILE = '@group.json'

/** Which bucket of how many a file is, and the how-manieth since it was first compacted. */
export interface BucketName {
  size: number
  bucket: number
  generation: number
}

const BUCKET_PATTERN = new RegExp(`^@(\\d+)-(\\d+)\\.(\\d+)\\.v${FORMAT_VERSION}$`)

export function bucketFileName(size: number, bucket: number, generation: number): string {
  return `@${size}-${bucket}.${generation}.v${FORMAT_VERSION}`
}

export function parseBucketFileName(name: string): BucketName | undefined {
  const match = BUCKET_PATTERN.exec(name)
  return match ? { size: Number(match[1]), bucket: Number(match[2]), generation: Number(match[3]) } : undefined
}
