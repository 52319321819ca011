import { readFileSync } from 'node:fs'
import { accepts } from './filter.ts'
import type { Session } from './session.ts'

/** A module whose marked functions run uncached, as another plugin has loaded it. */
export interface Unseen {
  file: string
  names: readonly string[]
  firstLine: string
}

/** Finds such modules among those of a build that did not come here. */
export async function findUnseen(session: Session, files: Iterable<string>): Promise<Unseen[]> {
  const found: Unseen[] = []
  for (const file of files) {
    const unseen = await look(session, file)
    if (unseen && session.once(`${file}\0unseen`)) found.push(unseen)
  }
  return found
}

async function look(session: Session, file: string): Promise<Unseen | undefined> {
  try {
    const text = readFileSync(file, 'utf8')
    if (!accepts(session.filter, file, text)) return undefined
    const compiler = await session.compiler()
    const names = compiler.compile(text, file)?.functions.map(({ name }) => name) ?? []
    return names.length === 0 ? undefined : { file, names, firstLine: text.slice(0, text.search(/\r?\n|$/)) }
  } catch {
    // It may be no file, or no code that anyone but its plugin can read.
    return undefined
  }
}
