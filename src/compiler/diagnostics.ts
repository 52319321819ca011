import { PersistError, type SourceLocation } from '../errors.ts'
import { frameAt, locate } from './place.ts'
import type { CompileWarning, WarningCode } from './types.ts'

/** Collects what is wrong in one file. */
export class Diagnostics {
  readonly warnings: CompileWarning[] = []
  readonly #errors: { message: string; location: SourceLocation }[] = []
  readonly #code: string
  readonly #file: string

  constructor(code: string, file: string) {
    this.#code = code
    this.#file = file
  }

  /** Notes an error at an offset; compiling goes on, so that all are reported at once. */
  error(start: number, what: string, cure: string): void {
    const location = this.locate(start)
    this.#errors.push({ message: this.#format(location, what, cure), location })
  }

  warn(code: WarningCode, start: number, what: string, cure: string): void {
    const location = this.locate(start)
    this.add({ code, message: this.#format(location, what, cure), location })
  }

  /** Adds a warning, wherever it points to, once. */
  add(warning: CompileWarning): void {
    if (!this.warnings.some((other) => other.message === warning.message)) this.warnings.push(warning)
  }

  /** @throws {@link PersistError} `COMPILE` if there was an error */
  throwErrors(): void {
    const [first] = this.#errors
    if (!first) return
    throw new PersistError('COMPILE', this.#errors.map((error) => error.message).join('\n\n'), { location: first.location })
  }

  locate(start: number): SourceLocation {
    return locate(this.#code, this.#file, start)
  }

  #format(location: SourceLocation, what: string, cure: string): string {
    return formatAt(this.#code, location, what, cure)
  }
}

/** A message with its place and the lines around it. */
export function formatAt(code: string, location: SourceLocation, what: string, cure: string): string {
  return `${location.file}:${location.line}:${location.column} ${what}\n${frameAt(code, location)}\n${cure}`
}
