/** The registry that all copies of the runtime share. */
const REGISTRY = Symbol.for('unplugin-persist')

interface Registry {
  roots?: Record<string, string>
}

/** Tells the runtime of this thread where a project is, so that it need not look for it. */
export function publish([place, directory]: readonly [place: string, directory: string]): void {
  const scope = globalThis as unknown as Record<symbol, Registry | undefined>
  const registry = (scope[REGISTRY] ??= {})
  registry.roots ??= {}
  registry.roots[place] = directory
}
