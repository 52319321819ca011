import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { CompiledFunction, Compiler, CompileWarning, ScanResult } from '../compiler/types.ts'
import { mayHoldMark } from '../compiler/prefilter.ts'
import { PersistError } from '../errors.ts'
import { Analyses } from '../plugin/analyses.ts'
import { mayKeepAnalyses } from '../plugin/kept-files.ts'
import { nodeConditions } from '../plugin/node-conditions.ts'
import { count } from './format.ts'
import type { CommandContext } from './types.ts'

/** What a scan of files found. */
export interface Scan {
  functions: CompiledFunction[]
  warnings: CompileWarning[]
  /** Messages of files that don't compile. */
  errors: string[]
}

/** What is to be known of a directory before its files can be scanned. */
interface Scanner {
  /** Made for the first file that was not scanned before: the parser takes longer to load than all the rest. */
  compiler(): Promise<Compiler>
  keeps: boolean
  /** What beside the files decides the outcome. */
  how: readonly string[]
  /** Whether a file may hold a marked function. */
  mayHold(code: string): boolean
  configFiles: readonly string[]
}

/** Scans files, each under the config that holds for it. What was scanned before and is unchanged is not parsed again. */
export async function scanFiles({ terminal }: Pick<CommandContext, 'terminal'>, files: readonly string[], all: boolean): Promise<Scan> {
  const scanners = new Map<string, Scanner>()
  const analyses = new Analyses()
  const result: Scan = { functions: [], warnings: [], errors: [] }
  for (const [at, file] of files.entries()) {
    if (at % 50 === 0) terminal.progress(`scanning ${at} of ${count(files.length, 'file')}`)
    const scanner = await scannerFor(dirname(file), scanners)
    try {
      const { functions, warnings } = await scanFile(file, scanner, analyses, all)
      result.functions.push(...functions)
      result.warnings.push(...warnings)
    } catch (error) {
      if (!(error instanceof PersistError)) throw error
      result.errors.push(error.message)
    }
  }
  terminal.progress('')
  return result
}

const NOTHING: Pick<ScanResult, 'functions' | 'warnings'> = { functions: [], warnings: [] }

async function scanFile(file: string, { compiler, keeps, how, mayHold, configFiles }: Scanner, analyses: Analyses, all: boolean): Promise<Pick<ScanResult, 'functions' | 'warnings'>> {
  const code = readFileSync(file, 'utf8')
  if (!all && !mayHold(code)) return NOTHING
  const subject = { file, code, how: ['scan', String(all), ...how] }
  const known = analyses.read<Pick<ScanResult, 'functions' | 'warnings'>>(subject)
  if (known) return known
  const { functions, warnings, files } = (await compiler()).scan(file, { all })
  if (keeps) analyses.write(subject, { functions, warnings }, [...configFiles, ...files])
  return { functions, warnings }
}

/** One for each config file, found once per directory. */
async function scannerFor(directory: string, scanners: Map<string, Scanner>): Promise<Scanner> {
  const known = scanners.get(directory)
  if (known) return known
  // What most commands have no need of.
  const [{ configPlaces, loadProjectConfig }, { findBarrelNames }] = await Promise.all([import('../config/load.ts'), import('../plugin/barrels.ts')])
  const { options, file, dependencies } = await loadProjectConfig(directory)
  const root = file === undefined ? '' : dirname(file)
  let scanner = scanners.get(`\0${root}`)
  if (!scanner) {
    const persistNames = findBarrelNames(root || directory)
    const conditions = nodeConditions()
    let compiler: Compiler | undefined
    scanner = {
      async compiler() {
        const { createCompiler } = await import('../compiler/index.ts')
        return (compiler ??= createCompiler({ options, root: root || directory, persistNames, conditions }))
      },
      keeps: mayKeepAnalyses(options.mode),
      how: [JSON.stringify(options), root, ...persistNames, ...conditions.map((name) => `--conditions=${name}`)],
      mayHold: (code) => mayHoldMark(code, persistNames),
      configFiles: [],
    }
    scanners.set(`\0${root}`, scanner)
  }
  scanner = { ...scanner, configFiles: [...configPlaces(`${directory}/_`), ...dependencies] }
  scanners.set(directory, scanner)
  return scanner
}
