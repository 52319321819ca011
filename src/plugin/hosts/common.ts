import { createRequire } from 'node:module'
import { isAbsolute } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CompileError } from '../../compiler/index.ts'
import type { CompileMessage } from '../../compiler/index.ts'
import type { PersistError } from '../../errors.ts'
import { stripQuery } from '../filter.ts'
import type { HostContext } from '../transform.ts'
import type { TransformThis } from './types.ts'

/** What compiled code imports. */
export const RUNTIME = 'unplugin-persist/runtime'

/** Our own copy of it, for modules (of a linked package, say) from which the package can't be resolved. */
export function runtimeFile(): string {
  return fileURLToPath(new URL('./runtime.js', import.meta.url))
}

/** Whether Node finds the runtime from a file. */
export function findsRuntime(importer: string): boolean {
  try {
    createRequire(stripQuery(importer)).resolve(RUNTIME)
    return true
  } catch {
    return false
  }
}

/** What most hosts can: messages and watched files. They print messages as they are. */
export function basicContext(self: TransformThis, id: string, client: boolean): HostContext {
  return {
    client,
    error: ({ message }) => self.error({ message, id }),
    warn: (warning) => self.warn({ message: textOf(warning), id }),
    watch: (file) => self.addWatchFile(file),
    watchMissing: (file) => self.addWatchFile(file),
  }
}

/** A message as it is printed where nothing else is. */
export function textOf(message: string | CompileMessage): string {
  return typeof message === 'string' ? message : message.message
}

/** The parts of a compile error. Others have none. */
export function problemsOf(error: PersistError): readonly CompileMessage[] {
  return error instanceof CompileError ? error.problems : []
}

/** A resolver's answer as the compiler wants it: a file on disk, or nothing for what is virtual or external. */
export function asFile(id: string | undefined): string | undefined {
  if (id === undefined || id.includes('\0')) return undefined
  const file = stripQuery(id)
  return isAbsolute(file) ? file : undefined
}
