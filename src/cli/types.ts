/** What a command gets beside its own arguments. */
export interface CommandContext {
  /** Absolute; what paths in arguments count from, and where the project is looked for. */
  cwd: string
  /** Exactly one JSON document on stdout, all messages on stderr. */
  json: boolean
  /** Say what would be done, and do nothing. */
  dryRun: boolean
  /** Don't ask. */
  yes: boolean
  terminal: Terminal
}

/** Where a command writes and whom it asks. */
export interface Terminal {
  /** Results, for stdout. */
  out(text: string): void
  /** Messages, for stderr. */
  note(text: string): void
  /** Someone sits there who can answer. */
  interactive: boolean
  ask(question: string): Promise<string>
  /** Replaces the current line of stderr; without a terminal nothing. */
  progress(text: string): void
  paint: Paint
}

type Painter = (text: string) => string

/** Colours, or functions that change nothing. */
export interface Paint {
  bold: Painter
  dim: Painter
  red: Painter
  green: Painter
  yellow: Painter
  cyan: Painter
}

/** Values of a command's options, as parsed. */
export type OptionValues = Readonly<Record<string, unknown>>

/** One command: a file in `commands/`. */
export interface Command {
  /** As the parser wants it: `why <function>`. */
  usage: string
  description: string
  /** Flag, what it does. */
  options?: readonly (readonly [flag: string, description: string])[]
  examples?: readonly string[]
  /** Gives the exit code. What goes wrong is thrown. */
  run(context: CommandContext, args: readonly string[], options: OptionValues): number | Promise<number>
}

/** Done. */
export const DONE = 0
/** It failed, or damage was found. */
export const FAILED = 1
/** The command line makes no sense. */
export const USAGE = 2

/** The command line makes no sense: exit code 2. */
export class UsageError extends Error {}
