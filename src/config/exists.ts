import { existsSync } from 'node:fs'

/** Whether there is something at a path that this process may see: under Node's permission model asking for others throws. */
export function exists(path: string): boolean {
  try {
    return existsSync(path)
  } catch {
    return false
  }
}
