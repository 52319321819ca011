import { existsSync } from 'node:fs'
import { writeGlobalConfig } from '../../config/global-file.ts'
import { globalConfigPath } from '../../config/paths.ts'
import { explainOptions } from '../../config/resolve.ts'
import type { Level } from '../../config/resolve.ts'
import { show } from '../../config/validate.ts'
import { table } from '../format.ts'
import { findPlace } from '../place.ts'
import type { Place } from '../place.ts'
import { DONE, FAILED, UsageError } from '../types.ts'
import type { Command, CommandContext } from '../types.ts'

export const config: Command = {
  usage: 'config [action]',
  description: 'Explain which options hold here and which level sets each; `config init` writes the machine\'s own file',
  options: [['--force', 'With `init`: replace the file that is there']],
  examples: ['persist config', 'persist config init'],
  async run(context, [action], { force }) {
    if (action === 'init') return init(context, force === true)
    if (action !== undefined) throw new UsageError(`there is no \`config ${action}\`: say \`config\` or \`config init\`.`)
    const place = await findPlace(context)
    for (const problem of place.problems) context.terminal.note(problem)
    explain(context, place)
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

function explain({ json, terminal: { out, paint } }: CommandContext, place: Place): void {
  const explained = explainOptions(place.levels)
  const source = (level: Level): string | null => {
    if (level === 'global') return globalConfigPath()
    return level === 'project' ? (place.configFile ?? null) : null
  }
  if (json) {
    const options = Object.fromEntries(Object.entries(explained).map(([name, { value, level }]) => [name, { value, level, source: source(level) }]))
    out(JSON.stringify({ project: { name: place.name, path: place.path }, options }, undefined, 2))
    return
  }
  out(`${paint.bold(place.name)}  ${paint.dim(place.path)}`)
  out(table(Object.entries(explained).map(([name, { value, level }]) => [
    name, typeof value === 'string' ? value : show(value), level === 'built-in' ? paint.dim(level) : paint.cyan(level), paint.dim(source(level) ?? (level === 'environment' ? variableOf(name) : '')),
  ])))
}

function variableOf(option: string): string {
  return option === 'persistPath' ? 'PERSIST_PATH' : 'PERSIST_MODE'
}
