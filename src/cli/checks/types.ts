import type { Place } from '../place.ts'
import type { CommandContext } from '../types.ts'

/** What `persist doctor` has to say of one thing. */
export interface Finding {
  level: 'fine' | 'advice' | 'problem'
  what: string
  cure?: string
}

/** Looks at one thing. */
export type Check = (place: Place, context: CommandContext) => readonly Finding[] | Promise<readonly Finding[]>
