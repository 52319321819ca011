import { isInstalled } from '../compiler/files/packages.ts'
import { statOf } from './kept-files.ts'
import { steeringTextOf } from './steering.ts'

/**
 * Which modules have to be compiled again when a file changes: hosts know of imports, but not of what a fingerprint
 * is made of three files away, and of what their watchers are told they lose some (https://github.com/vitejs/vite/issues/3216,
 * https://github.com/vitejs/vite/issues/7024, https://github.com/rolldown/rolldown/issues/10957).
 */
export interface Dependents {
  /**
   * Replaces what was known of a module. `missing` are paths that did not exist and would matter if they did, `steering` the
   * dependencies that decide where imports lead.
   */
  set(module: string, dependencies: readonly string[], missing: readonly string[], steering: readonly string[]): void
  /** The modules above a file. */
  of(file: string): readonly string[]
  /** Whether a path matters because nothing was there. */
  wasMissing(path: string): boolean
  /** Whether a file decides where imports lead. */
  steers(file: string): boolean
  /** Whether such a file says something else of that than when it was last looked at. An installed package's manifest stands for all of its code. */
  leadsElsewhere(file: string): boolean
  /** Whether a file came or went since it was last looked at, or was never looked at. Looks at it. */
  cameOrWent(file: string): boolean
  /** Files that changed, came or went since they were last looked at, which this does not count as. For hosts that don't say what changed. */
  changed(): readonly string[]
}

/** What one module was told to depend on. */
interface Below {
  files: readonly string[]
  missing: ReadonlySet<string>
  steering: ReadonlySet<string>
}

export function createDependents(): Dependents {
  const above = new Map<string, Set<string>>()
  const below = new Map<string, Below>()
  const states = new Map<string, string>()
  const steeringTexts = new Map<string, string>()
  const modulesAbove = (file: string): string[] => [...(above.get(file) ?? [])]

  const steers = (file: string): boolean => modulesAbove(file).some((module) => below.get(module)!.steering.has(file))

  return {
    set(module, dependencies, missing, steering) {
      for (const file of below.get(module)?.files ?? []) above.get(file)?.delete(module)
      const files = [module, ...dependencies, ...missing]
      for (const file of steering) if (!isInstalled(file) && !steeringTexts.has(file)) steeringTexts.set(file, steeringTextOf(file))
      below.set(module, { files, missing: new Set(missing), steering: new Set(steering) })
      for (const file of files) {
        if (!states.has(file)) states.set(file, stateOf(file))
        let modules = above.get(file)
        if (!modules) above.set(file, (modules = new Set()))
        modules.add(module)
      }
    },
    of(file) {
      return modulesAbove(file).filter((module) => module !== file)
    },
    wasMissing: (path) => modulesAbove(path).some((module) => below.get(module)!.missing.has(path)),
    steers,
    leadsElsewhere: (file) => steers(file) && (isInstalled(file) || steeringTextOf(file) !== steeringTexts.get(file)),
    cameOrWent(file) {
      const before = states.get(file)
      const now = stateOf(file)
      states.set(file, now)
      if (steeringTexts.has(file)) steeringTexts.set(file, steeringTextOf(file))
      return before === undefined || (before === '') !== (now === '')
    },
    changed: () => [...states].filter(([file, before]) => stateOf(file) !== before).map(([file]) => file),
  }
}

function stateOf(file: string): string {
  // A dependency may have been deleted, and one that isn't there may lie below what is a file by now.
  const stats = statOf(file)
  return stats ? `${stats.mtimeMs} ${stats.size} ${stats.ino}` : ''
}
