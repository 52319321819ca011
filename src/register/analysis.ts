import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { version } from '../plugin/version.ts'
import { analysesPath } from './place.ts'
import type { Job } from './rewrite.ts'

/** What came of compiling a module. */
export interface Analysis {
  /** Nothing where the module stays as it is. */
  code: string | null
  /** Where the module's project is: a place in the runtime's registry, and a directory. */
  root?: readonly [place: string, directory: string]
}

/** An analysis as it lies on disk: good while all these files are what they were. A missing file has an empty digest. */
interface Record extends Analysis {
  source: string
  files: readonly (readonly [path: string, digest: string])[]
}

/** Files are read once per process for this: they have just been loaded, or soon are. */
const digests = new Map<string, string>()

/** The analysis of exactly this code, if one was kept. Loads no parser. */
export function readAnalysis(job: Job): Analysis | undefined {
  let record: Record
  try {
    record = JSON.parse(readFileSync(pathOf(job), 'utf8')) as Record
    if (record.source !== digestOf(job.code)) return undefined
    return record.files.every(([path, digest]) => digestOfFile(path) === digest) ? record : undefined
  } catch {
    // None, or none that can be read: it is made again.
    return undefined
  }
}

/** Keeps an analysis. A new file takes the old one's place at once, so that concurrent processes see one or the other. */
export function writeAnalysis(job: Job, analysis: Analysis, files: readonly string[]): void {
  const record: Record = {
    ...analysis,
    source: digestOf(job.code),
    files: [...new Set(files)].map((path) => [path, digestOfFile(path)]),
  }
  const path = pathOf(job)
  try {
    mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 })
    const temporary = `${path}.${crypto().randomUUID()}`
    writeFileSync(temporary, JSON.stringify(record), { mode: 0o600 })
    renameSync(temporary, path)
  } catch {
    // A store that can't be written makes the next start slower, no more.
  }
}

function pathOf({ file, format, toJavaScript, names }: Job): string {
  const name = crypto().hash('sha256', [version, file, format, toJavaScript, names, process.versions.node].join('\0'))
  return join(analysesPath(), name.slice(0, 2), `${name.slice(2, 34)}.json`)
}

function digestOfFile(path: string): string {
  let digest = digests.get(path)
  if (digest === undefined) {
    digest = statSync(path, { throwIfNoEntry: false })?.isFile() ? digestOf(readFileSync(path)) : ''
    digests.set(path, digest)
  }
  return digest
}

function digestOf(content: string | Uint8Array): string {
  return crypto().hash('sha256', content)
}

/** Loaded when the first marked file turns up: it takes longer than all the rest. */
function crypto(): typeof import('node:crypto') {
  return process.getBuiltinModule('node:crypto')
}
