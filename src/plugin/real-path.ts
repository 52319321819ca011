import { realpathSync } from 'node:fs'

/** The same path where nothing is there: it may have been deleted since. */
export function realPathOf(file: string): string {
  try {
    return realpathSync(file)
  } catch {
    return file
  }
}
