import { readFileSync } from 'node:fs'

/** What of a project's own manifest has no say in where an import leads. Its dependencies tell of what was installed, where nobody watches. */
const SILENT: ReadonlySet<string> = new Set([
  'version', 'private', 'description', 'keywords', 'homepage', 'bugs', 'license', 'author', 'contributors', 'funding', 'files', 'bin', 'man', 'directories',
  'repository', 'scripts', 'engines', 'os', 'cpu', 'publishConfig',
])

/** What a manifest or config says of where imports lead. */
export function steeringTextOf(file: string): string {
  try {
    const text = readFileSync(file, 'utf8')
    return file.endsWith('package.json') ? JSON.stringify(Object.entries(JSON.parse(text) as object).filter(([key]) => !SILENT.has(key))) : text
  } catch {
    return ''
  }
}
