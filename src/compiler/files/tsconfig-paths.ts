import { dirname, resolve } from 'node:path'
import { createFilesMatcher, createPathsMatcher, parseTsconfig, type TsConfigResult } from 'get-tsconfig'

/** A `tsconfig.json` by what it says of imports. */
export interface PathConfig {
  /** All files that it was read from. */
  files: readonly string[]
  /** Places at which a specifier may be meant to lie: by the config's own `paths` and `baseUrl`, then by those of the referenced projects that the importer belongs to. */
  places(specifier: string, importer: string): string[]
}

/** How get-tsconfig remembers that it has read a file. */
const READ_PATTERN = /^readFileSync:(.+):utf8$/

/** Reads a config with all that it extends and refers to; `undefined` where it can't be read. */
export function readPathConfig(file: string, depth = 0): PathConfig | undefined {
  let config: TsConfigResult['config']
  const reads = new Map<string, string>()
  try {
    config = parseTsconfig(file, reads)
  } catch {
    return undefined
  }
  const result = { path: file, config } as TsConfigResult
  const own = createPathsMatcher(result)
  const references = depth > 3 ? [] : (config.references ?? []).flatMap(({ path }) => readReference(resolve(dirname(file), path), depth))
  return {
    files: [...[...reads.keys()].flatMap((call) => READ_PATTERN.exec(call)?.[1] ?? []), ...references.flatMap((reference) => reference.config.files)],
    places: (specifier, importer) => [
      ...(own?.(specifier) ?? []),
      ...references.flatMap((reference) => (reference.includes(importer) ? reference.config.places(specifier, importer) : [])),
    ],
  }
}

function readReference(path: string, depth: number): { config: PathConfig; includes(file: string): boolean }[] {
  const file = path.endsWith('.json') ? path : resolve(path, 'tsconfig.json')
  const config = readPathConfig(file, depth + 1)
  if (!config) return []
  const matches = createFilesMatcher({ path: file, config: parseTsconfig(file) } as TsConfigResult)
  return [{ config, includes: (importer) => matches(importer) !== undefined }]
}
