import { readFileSync } from 'node:fs'
import { Projects } from '../compiler/files/project.ts'

const projects = new Map<string, Projects>()

/**
 * Under which name the runtime looks for the directory of a module's project, and that directory.
 *
 * @param fallback The compiler's `root`: where a project without `package.json` begins.
 */
export function projectRootOf(file: string, fallback: string): readonly [place: string, directory: string] {
  let known = projects.get(fallback)
  // Options are left out: `projectPath` is the runtime's to apply.
  if (!known) projects.set(fallback, (known = new Projects({ readFile, resolve: () => undefined }, fallback, {})))
  const { name, at, root } = known.projectOf(file)
  return [`${name}\0${at}`, root]
}

function readFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
