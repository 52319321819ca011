import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const PACKAGE = 'unplugin-persist'

/** Files in which hosts are configured. */
const HOST_CONFIG_PATTERN = /^(?:vite|vitest|rollup|rolldown|webpack|rspack|rsbuild|farm|esbuild|next|tsup|tsdown|astro|nuxt|build|bunfig)(?:\..+)?\.(?:[cm]?[jt]s|toml)$/

/** A file with what it says. */
export interface ProjectFile {
  name: string
  text: string
}

/** The files that configure hosts, at the project's top or in `scripts`. */
export function hostConfigs(path: string): ProjectFile[] {
  return [path, join(path, 'scripts'), join(path, 'config')].flatMap((directory) =>
    list(directory).filter((name) => HOST_CONFIG_PATTERN.test(name)).map((name) => ({ name, text: read(join(directory, name)) })))
}

/** The commands of a project's package.json. */
export function scripts(path: string): Readonly<Record<string, string>> {
  try {
    return (JSON.parse(read(join(path, 'package.json'))) as { scripts?: Record<string, string> }).scripts ?? {}
  } catch {
    return {}
  }
}

export function read(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}

function list(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}
