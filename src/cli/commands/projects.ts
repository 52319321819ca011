import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { describeProject, linkProject, listProjects } from '../../store/index.ts'
import { openExisting } from '../catalog.ts'
import { confirm } from '../confirm.ts'
import { formatAge, formatBytes, table } from '../format.ts'
import { findPlace, storeRoot } from '../place.ts'
import { DONE, FAILED, UsageError } from '../types.ts'
import type { Command, CommandContext } from '../types.ts'

export const projects: Command = {
  usage: 'projects [action] [...args]',
  description: 'List the projects in the store; `projects link <directory> [path]` gives one to a project that has moved',
  examples: ['persist projects', 'persist projects link my-app-2 ~/code/my-app'],
  async run(context, [action, ...rest]) {
    const root = storeRoot(await findPlace(context))
    if (action === 'link') return link(context, root, rest)
    if (action !== undefined) throw new UsageError(`there is no \`projects ${action}\`: say \`projects\` or \`projects link\`.`)
    list(context, root)
    return DONE
  },
}

function list({ json, terminal: { out, paint } }: CommandContext, root: string): void {
  const known = openExisting(root) ? listProjects(root) : []
  if (json) {
    out(JSON.stringify({ root, projects: known }, undefined, 2))
    return
  }
  out(paint.dim(root))
  out(known.length === 0 ? 'no project has stored anything here' : table(known.map(({ directory, path, id, unrooted, lost, since, size }) => [
    paint.bold(directory), path ?? (id === undefined ? 'found by name' : `shared as ${id}`),
    formatBytes(size), paint.dim(since === '' ? '' : `since ${formatAge(Date.parse(since))}`), lost ? paint.yellow('moved or deleted') : unrooted ? paint.dim('its directory was not found') : '',
  ]), [2]))
}

async function link(context: CommandContext, root: string, [directory, target]: readonly string[]): Promise<number> {
  const { terminal, dryRun, json, cwd } = context
  if (directory === undefined) throw new UsageError('say which: `persist projects link <directory> [path]`. `persist projects` lists the directories.')
  const path = resolve(cwd, target ?? '.')
  if (!existsSync(path)) throw new UsageError(`${path} isn't there.`)
  const state = openExisting(root)
  if (!state || !describeProject(state, directory)) throw new UsageError(`the store has no project ${directory}. \`persist projects\` lists them.`)
  const other = [...state.registry.projects.values()].find((project) => project.path === path && project.directory !== directory)
  if (!dryRun) {
    if (other && !(await confirm(context, `${path} has ${other.directory} now, which it loses. Go on?`))) return FAILED
    linkProject(root, directory, path)
  }
  if (json) terminal.out(JSON.stringify({ directory, path, linked: !dryRun }, undefined, 2))
  else terminal.out(`${dryRun ? 'would give' : 'gave'} ${directory} to ${path}`)
  return DONE
}
