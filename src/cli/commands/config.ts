import { existsSync } from 'node:fs'
import type { CompiledFunction } from '../../compiler/types.ts'
import { variableOf } from '../../config/environment.ts'
import { writeGlobalConfig } from '../../config/global-file.ts'
import { globalConfigPath } from '../../config/paths.ts'
import { explainOptions } from '../../config/resolve.ts'
import type { Level } from '../../config/resolve.ts'
import { show } from '../../config/show.ts'
import { table } from '../format.ts'
import { findPlace, fromRoot } from '../place.ts'
import type { Place } from '../place.ts'
import { sourceFiles } from '../source-files.ts'
import { DONE, FAILED, UsageError } from '../types.ts'
import type { Command, CommandContext } from '../types.ts'
import { scanFiles } from '../scan-files.ts'

export const config: Command = {
  usage: 'config [function]',
  description: 'Explain which options hold here, or for one function, and which level sets each; `config init` writes the machine\'s own file',
  options: [['--force', 'With `init`: replace the file that is there']],
  examples: ['persist config', 'persist config src/train.ts#train', 'persist config init'],
  async run(context, [what], { force }) {
    if (what === 'init') return init(context, force === true)
    const place = await findPlace(context)
    for (const problem of place.problems) context.terminal.note(problem)
    explain(context, place, what === undefined ? undefined : await findMarked(context, fromRoot(context, place, what)))
    return place.problems.length > 0 ? FAILED : DONE
  },
}

async function init(context: CommandContext, force: boolean): Promise<number> {
  const { terminal, dryRun, json } = context
  const path = globalConfigPath()
  if (existsSync(path) && !force) {
    terminal.note(`${path} is there already: --force replaces it`)
    return FAILED
  }
  const { options } = await findPlace(context)
  const written = { persistPath: options.persistPath, maxSize: '10GB', keepVersions: '30d' } as const
  if (!dryRun) writeGlobalConfig(written, { path, replace: force })
  if (json) terminal.out(JSON.stringify({ path, written: !dryRun, options: written }, undefined, 2))
  else terminal.out(dryRun ? `would write ${path}` : `wrote ${path}: it holds for all projects of this user`)
  return DONE
}

/** The one marked function of the project's sources that a user means. */
async function findMarked(context: CommandContext, wanted: string): Promise<CompiledFunction> {
  const { functions } = await scanFiles(context, sourceFiles(context.cwd, []), false)
  const exact = functions.filter(({ id }) => id === wanted)
  const matches = exact.length > 0 ? exact : functions.filter(({ id, name }) => name === wanted || id.endsWith(`/${wanted}`))
  if (matches.length === 1) return matches[0]!
  if (matches.length > 1) throw new UsageError(`\`${wanted}\` may be ${matches.map(({ id }) => id).join(' or ')}.`)
  throw new UsageError(`there is no marked function \`${wanted}\`, nor a \`config ${wanted}\`. \`persist scan\` lists the functions.`)
}

function explain({ json, terminal: { out, paint } }: CommandContext, place: Place, fn: CompiledFunction | undefined): void {
  const explained = explainOptions(fn ? { ...place.levels, function: fn.options } : place.levels)
  const source = (option: string, level: Level): string | null => {
    switch (level) {
      case 'global': return globalConfigPath()
      case 'project': return place.configFile ?? null
      case 'function': return `${fn!.module}:${fn!.location.line}`
      case 'environment': return variableOf(option)
      default: return null
    }
  }
  const rows = Object.entries(explained).map(([name, { value, level }]) => ({ name, value, level, source: source(name, level) }))
  if (json) {
    const options = Object.fromEntries(rows.map(({ name, ...row }) => [name, row]))
    out(JSON.stringify({ project: { name: place.name, path: place.path }, ...(fn && { function: fn.id }), options }, undefined, 2))
    return
  }
  out(`${paint.bold(fn?.id ?? place.name)}  ${paint.dim(place.path)}`)
  out(table(rows.map(({ name, value, level, source: from }) => [
    name, typeof value === 'string' ? value : show(value), level === 'built-in' ? paint.dim(level) : paint.cyan(level), paint.dim(from ?? ''),
  ])))
}
