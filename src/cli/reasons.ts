import process from 'node:process'
import { BUILT_IN } from '../config/resolve.ts'
import { version } from '../plugin/version.ts'
import { openFunctions } from '../store/index.ts'
import { Manifest } from '../store/manifest.ts'
import type { MissReason } from '../runtime/events.ts'
import { namesOfChanged } from './arguments.ts'
import type { ObservedFunction, ObservedMiss } from './observation.ts'
import { projectAbove } from './place.ts'
import { compareVersions, describeDifference, inOrder } from './versions.ts'

/** How many entries are looked at for the call that was most like one that found nothing. */
const MOST_ENTRIES = 2000

const SAID: Record<Exclude<MissReason, 'none'>, string> = {
  expired: 'older than `maxAge`',
  invalidated: 'a tag was invalidated',
  invalid: '`validate` said no',
  unreadable: 'could not be read back',
  forgotten: 'forgotten before',
  refresh: 'to be computed anew',
}

/** Why calls of a function were computed, with how many each, by what the store knew before the run. */
export function reasonsOf(node: ObservedFunction, started: number): Record<string, number> {
  const reasons: Record<string, number> = {}
  for (const miss of node.missed) {
    const text = miss.why === 'none' ? reasonOf(node, miss, started) : SAID[miss.why]
    reasons[text] = (reasons[text] ?? 0) + miss.times
  }
  return reasons
}

function reasonOf(node: ObservedFunction, miss: ObservedMiss, started: number): string {
  const { directory, fingerprint } = node
  const manifest = new Manifest(directory)
  try {
    manifest.refresh()
  } catch {
    return 'its store can\'t be read'
  }
  const versions = inOrder(manifest.versions.values())
  const now = versions.find((one) => one.fingerprint === fingerprint)
  if (now && now.first < started) return newArguments(node, miss, started, manifest.cleared)
  const former = versions.filter((one) => one.fingerprint !== fingerprint && one.first < started).sort((a, b) => b.last - a.last)[0]
  if (!former) return 'nothing stored before'
  const difference = compareVersions(former, now ?? { ...former, fingerprint })
  if (difference.version !== undefined) return describeDifference(difference)
  return now ? `code: ${describeDifference(difference)}` : 'code changed'
}

/** Says which argument is new, where the call that was most like it tells. */
function newArguments(node: ObservedFunction, { arguments: given }: ObservedMiss, started: number, cleared: number): string {
  const known = previewsOf(node, started)
  if (known === undefined) return given.length === 0 ? 'other captured values' : 'new arguments'
  if (known.length === 0) return cleared >= 0 ? 'its results were cleared' : 'its results are gone'
  const names = new Set(given.flatMap((text) => namesOfChanged(text, known)))
  return names.size === 0 ? 'new arguments, in what a preview does not show, or other captured values' : `new arguments: ${[...names].join(', ')}`
}

/** What the entries of this code that were there before say of their arguments. Nothing where they say nothing. */
function previewsOf({ directory, module, name, fingerprint }: ObservedFunction, started: number): string[] | undefined {
  const place = projectAbove(directory)
  if (!place) return undefined
  const previews: string[] = []
  let looked = 0
  let hasEntries = false
  const context = { node: process.version, package: version }
  for (const { store } of openFunctions(place.root, { hashSize: BUILT_IN.hashSize, context }, { project: place.project, matches: (...id) => id[0] === '@named' || (id[0] === module && id[1] === name) })) {
    if (store.directory !== directory) continue
    for (const { meta } of store.entries()) {
      if (++looked > MOST_ENTRIES) break
      if (meta.fingerprint !== fingerprint || meta.created >= started) continue
      hasEntries = true
      if (meta.preview !== undefined) previews.push(meta.preview)
    }
  }
  return hasEntries && previews.length === 0 ? undefined : previews
}
