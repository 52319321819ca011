import type { CompiledFunction, Dependency } from '../../compiler/types.ts'
import { count, table } from '../format.ts'
import { scanFiles } from '../scan-files.ts'
import { sourceFiles } from '../source-files.ts'
import { DONE, FAILED } from '../types.ts'
import type { Command, CommandContext } from '../types.ts'

/** A function as `scan --json` prints it. */
type ScannedFunction = Omit<CompiledFunction, 'location' | 'options'>

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
