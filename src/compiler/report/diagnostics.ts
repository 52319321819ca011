import { PersistError, type SourceLocation } from '../../errors.ts'
import { frameAt, locate } from '../syntax/place.ts'
import type { CompileMessage, CompileWarning, WarningCode } from '../types.ts'

/** All that is wrong in one file. */
export class CompileError extends PersistError {
  readonly problems: readonly CompileMessage[]

  constructor(problems: readonly [CompileMessage, ...CompileMessage[]]) {
    super('COMPILE', problems.map(({ message }) => message).join('\n\n'), { location: problems[0].location })
    this.problems = problems
    // For whoever prints the error it says nothing new.
    Object.defineProperty(this, 'problems', { enumerable: false })
  }
}

/** Collects what is wrong in one file. */
export class Diagnostics {
  readonly warnings: CompileWarning[] = []
  readonly #errors: CompileMessage[] = []
  readonly #code: string
  readonly #file: string

  constructor(code: string, file: string) {
    this.#code = code
    this.#file = file
  }

  /** Notes an error at an offset; compiling goes on, so that all are reported at once. */
  error(start: number, what: string, cure: string): void {
    this.#errors.push(this.#at(start, what, cure))
  }

  warn(code: WarningCode, start: number, what: string, cure: string): void {
    this.add({ code, ...this.#at(start, what, cure) })
  }

  /** Adds a warning, wherever it points to, once. */
  add(warning: CompileWarning): void {
    if (!this.warnings.some((other) => other.message === warning.message)) this.warnings.push(warning)
  }

  /** @throws {@link CompileError} if there was an error */
  throwErrors(): void {
    const [first, ...others] = this.#errors.sort(({ location: a }, { location: b }) => a.line - b.line || a.column - b.column)
    if (first) throw new CompileError([first, ...others])
  }

  locate(start: number): SourceLocation {
    return locate(this.#code, this.#file, start)
  }

  #at(start: number, what: string, cure: string): CompileMessage {
    return messageAt(this.#code, this.locate(start), what, cure)
  }
}

/** A message with its place and the lines around it. */
export function messageAt(code: string, location: SourceLocation, what: string, cure: string): CompileMessage {
  const frame = frameAt(code, location)
  return { message: `${location.file}:${location.line}:${location.column} ${what}\n${frame}\n${cure}`, location, what, frame, cure }
}
