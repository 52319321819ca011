import { crc32 } from './crc32.ts'
import type { Facts } from './format.ts'
import type { NewEntry, WriterContext } from './types.ts'

/** What an entry has in common with others, by the number that their records name it by. */
export interface NumberedFacts {
  id: number
  json: string
  fingerprint: string
  codec: string
  tags: readonly string[] | undefined
  context: WriterContext
}

let latest: NumberedFacts | undefined

/** The facts of an entry to be written. Mostly the same as last time. */
export function factsOf(entry: NewEntry, context: WriterContext): NumberedFacts {
  const { codec } = entry
  const { fingerprint, tags } = entry.meta
  const same = latest?.fingerprint === fingerprint && latest.codec === codec && latest.context === context && latest.tags === tags
  if (same) return latest!
  const facts: Facts = { node: context.node, package: context.package, fingerprint, codec }
  if (context.commit !== undefined) facts.commit = context.commit
  if (tags && tags.length > 0) facts.tags = tags
  const json = JSON.stringify(facts)
  latest = { id: crc32(json), json, fingerprint, codec, tags, context }
  return latest
}
