import { UsageError } from './types.ts'
import type { CommandContext } from './types.ts'

/** Whether to go on with what can't be undone. Without a terminal only `--yes` can say so. */
export async function confirm({ yes, terminal }: CommandContext, question: string): Promise<boolean> {
  if (yes) return true
  if (!terminal.interactive) throw new UsageError(`${question} Say so with --yes, or look first with --dry-run.`)
  return /^y(?:es)?$/i.test((await terminal.ask(`${question} [y/N] `)).trim())
}
