import { dirname } from 'node:path'
import type { CompiledFunction, Compiler, CompileWarning, Dependency } from '../../compiler/types.ts'
import { PersistError } from '../../errors.ts'
import { count, table } from '../format.ts'
import { sourceFiles } from '../source-files.ts'
import { DONE, FAILED } from '../types.ts'
import type { Command, CommandContext } from '../types.ts'

/** A function as `scan --json` prints it. */
type ScannedFunction = Omit<CompiledFunction, 'location' | 'options'>

interface Scan {
  functions: CompiledFunction[]
  warnings: CompileWarning[]
  /** Messages of files that don't compile. */
  errors: string[]
}

export const scan: Command = {
  usage: 'scan [...paths]',
  description: 'List every marked function with its fingerprint and what that depends on, without running anything',
  options: [['--all', 'Take every top-level function as if it were marked']],
  examples: ['persist scan src', 'persist scan src/train.ts --json'],
  async run(context, paths, options) {
    const all = options.all === true
    const { functions, warnings, errors } = await scanFiles(context, sourceFiles(context.cwd, paths), all)
    // What speaks of a mark is of no use where there is none.
    for (const warning of all ? [] : warnings) context.terminal.note(warning.message)
    for (const error of errors) context.terminal.note(error)
    if (context.json) context.terminal.out(JSON.stringify(functions.map(asJson), undefined, 2))
    else print(context, functions)
    return errors.length > 0 ? FAILED : DONE
  },
}

/** Scans files, each under the config that holds for it. */
export async function scanFiles({ terminal }: Pick<CommandContext, 'terminal'>, files: readonly string[], all: boolean): Promise<Scan> {
  const compilers = new Map<string, Compiler>()
  const result: Scan = { functions: [], warnings: [], errors: [] }
  for (const [at, file] of files.entries()) {
    if (at % 50 === 0) terminal.progress(`scanning ${at} of ${count(files.length, 'file')}`)
    const compiler = await compilerFor(dirname(file), compilers)
    try {
      const { functions, warnings } = compiler.scan(file, { all })
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

/** One compiler for each config file, found once per directory. */
async function compilerFor(directory: string, compilers: Map<string, Compiler>): Promise<Compiler> {
  const known = compilers.get(directory)
  if (known) return known
  // The parser and the loader of configs are what most commands have no need of.
  const [{ createCompiler }, { loadProjectConfig }, { findBarrelNames }] = await Promise.all([
    import('../../compiler/index.ts'), import('../../config/load.ts'), import('../../plugin/barrels.ts'),
  ])
  const { options, file } = await loadProjectConfig(directory)
  const root = file === undefined ? '' : dirname(file)
  let compiler = compilers.get(root)
  if (!compiler) {
    compiler = createCompiler({ options, root: root || directory, persistNames: findBarrelNames(root || directory) })
    compilers.set(root, compiler)
  }
  compilers.set(directory, compiler)
  return compiler
}

function asJson({ id, module, name, fingerprint, dependencies, captures, untracked }: CompiledFunction): ScannedFunction {
  return { id, module, name, fingerprint, dependencies, captures, untracked }
}

function print({ terminal: { out, paint } }: CommandContext, functions: readonly CompiledFunction[]): void {
  for (const { id, location, fingerprint, dependencies, captures, untracked } of functions) {
    out(`${paint.bold(id)}  ${paint.dim(`line ${location.line}  ${fingerprint}`)}`)
    if (dependencies.length > 0) out(table(dependencies.map((dependency) => ['  depends on', describe(dependency), paint.dim(dependency.hash ?? '')])))
    if (captures.length > 0) out(`  captures    ${captures.join(', ')}`)
    if (untracked.length > 0) out(`  ${paint.yellow('untracked')}   ${untracked.join(', ')}`)
  }
  out(`${functions.length > 0 ? '\n' : ''}${count(functions.length, 'function')}`)
}

function describe({ module, package: name, version, binding }: Dependency): string {
  return module === undefined ? `${name}@${version}#${binding}` : `${module}#${binding}`
}
