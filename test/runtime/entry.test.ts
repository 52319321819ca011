import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { expect, it } from 'vitest'
import { version } from '../../src/runtime/version.ts'

const path = (file: string): string => fileURLToPath(new URL(`../../${file}`, import.meta.url))

/** What an entry pulls in: source folders, and packages with the way that they are imported. */
async function contents(entry: string): Promise<{ folders: string[]; eager: string[]; late: string[] }> {
  const { metafile } = await build({ entryPoints: [path(entry)], bundle: true, platform: 'node', format: 'esm', packages: 'external', write: false, metafile: true, absWorkingDir: path('.') })
  const inputs = Object.keys(metafile.inputs)
  const imports = Object.values(metafile.inputs).flatMap(({ imports }) => imports.filter(({ external, path }) => external && !path.startsWith('node:')))
  const names = (late: boolean): string[] => [...new Set(imports.filter(({ kind }) => (kind !== 'import-statement') === late).map(({ path }) => path))].sort()
  return { folders: [...new Set(inputs.map((file) => file.split('/').slice(0, 2).join('/')))].sort(), eager: names(false), late: names(true) }
}

it('the runtime entry holds runtime, codec, store and config only, and loads no package at once', async () => {
  const { folders, eager } = await contents('src/runtime/index.ts')
  expect(folders.filter((folder) => !['src/codec', 'src/config', 'src/runtime', 'src/store', 'src/errors.ts', 'src/descriptor.ts', 'src/sha256.ts'].includes(folder))).toEqual([])
  expect(eager).toEqual([])
})

it('the main entry neither', async () => {
  const { folders, eager, late } = await contents('src/index.ts')
  expect(folders.filter((folder) => /compiler|plugin|register|cli/.test(folder))).toEqual([])
  expect(eager).toEqual([])
  expect(late.filter((name) => /babel|unconfig|unplugin/.test(name))).toEqual([])
})

it('entries are signed with the version of the package', () => {
  expect(version).toBe(JSON.parse(readFileSync(path('package.json'), 'utf8')).version)
})
