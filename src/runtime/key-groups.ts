import { UnreadBlobsError } from '../codec/blob-digests.ts'
import { canonicalHash } from '../codec/canonical.ts'
import type { GroupStep } from './key-plan.ts'
import { isSecretName } from './secret-names.ts'

/**
 * The directories of a call. They need not be injective, as the whole value is in the key; the store escapes them.
 */
export function groupNames(groups: readonly (readonly GroupStep[])[], values: readonly unknown[]): readonly string[] {
  return groups.length === 0 ? (groups as readonly never[]) : groups.map((group) => group.map((step) => groupName(step, values[step.index])).join(','))
}

function groupName(step: GroupStep, root: unknown): string {
  let value = root
  for (const name of step.path) value = readProperty(value, name)
  if (isSecretName(step.name)) return digestName(value)
  switch (typeof value) {
    case 'string':
      return value
    case 'object':
      if (value === null) return 'null'
      if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString()
      if (Array.isArray(value) && value.length <= 8 && value.every((element) => ['string', 'number', 'boolean'].includes(typeof element))) return value.join(',')
      return digestName(value)
    case 'symbol':
    case 'function':
      return typeof value
    default:
      return Object.is(value, -0) ? '-0' : String(value)
  }
}

/** Stands for what is no name: `#1f3a…`. */
function digestName(value: unknown): string {
  try {
    return `#${canonicalHash(value).slice(0, 16)}`
  } catch (error) {
    // Read, it has a name.
    if (error instanceof UnreadBlobsError) throw error
    return '#'
  }
}

/** Own data properties only: a getter must not run, and a prototype's member is no argument. */
function readProperty(value: unknown, name: string): unknown {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined
  return Object.getOwnPropertyDescriptor(value, name)?.value
}
