import type { Comment, Node } from '@babel/types'
import { skipSpace } from '../syntax/anchors.ts'

const WORD = '@persist-track'
/** As with `@persist`: the first word of its line, or a tag in JSDoc, and nothing after it. */
const PATTERN = /(?<=^[ \t*]*)@persist-track(?=[ \t]*\*?[ \t\r]*$)/gm
const TAG_PATTERN = /(?<=^|[\s*])@persist-track(?=[ \t]*\*?[ \t\r]*$)/gm

export interface Tracks {
  /** Names of top-level variables, in their order. */
  names: string[]
  /** Marks that stand above something else, by their offsets. */
  stray: number[]
}

/** Finds the top-level variables with `// @persist-track` above their declaration. */
export function findTracks(code: string, body: readonly Node[], comments: readonly Comment[] | null | undefined, namesOf: (pattern: Node) => string[]): Tracks {
  const tracks: Tracks = { names: [], stray: [] }
  if (!code.includes(WORD)) return tracks
  const declared = new Map<number, string[]>()
  for (const statement of body) {
    const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement
    if (declaration?.type !== 'VariableDeclaration' || declaration.declare) continue
    const all = declaration.declarations.flatMap(({ id }) => namesOf(id))
    for (const { id } of declaration.declarations) declared.set(id.start!, namesOf(id))
    for (const start of [statement.start!, declaration.start!]) declared.set(start, all)
  }
  for (const comment of comments ?? []) {
    for (const match of comment.value.matchAll(comment.type === 'CommentBlock' && comment.value.startsWith('*') ? TAG_PATTERN : PATTERN)) {
      const names = declared.get(skipSpace(code, comment.end!))
      if (names) tracks.names.push(...names.filter((name) => !tracks.names.includes(name)))
      else tracks.stray.push(comment.start! + 2 + match.index)
    }
  }
  return tracks
}
