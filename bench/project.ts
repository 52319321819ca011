import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** A project of many modules: each imports a few others, every fourth has a marked function. */
export function makeProject(modules: number, marked: number): { directory: string; entries: string[]; files: string[] } {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'persist-bench-')))
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ name: 'bench', type: 'module' }))
  writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify({ compilerOptions: { baseUrl: '.', paths: { '@/*': ['./src/*'] } } }))
  const name = (i: number): string => `part${i % 40}/module${i}`
  const files: string[] = []
  const entries: string[] = []
  for (let i = 0; i < modules; i++) {
    const file = join(directory, 'src', `${name(i)}.ts`)
    mkdirSync(dirname(file), { recursive: true })
    const uses = [...new Set([i * 2 + 1, i * 2 + 2, i + 40])].filter((other) => other < modules)
    const imports = uses.map((other, k) => (k === 0 ? `import { work${other} } from '@/${name(other)}'` : `import { work${other} } from '../${name(other)}'`))
    const isMarked = i % Math.floor(modules / marked) === 0
    const functions = Array.from({ length: 10 }, (_, k) => `export function extra${i}_${k}(rows: readonly Row[], limit = ${k}): number {\n  let sum = 0\n  for (const row of rows) if (row.value > limit) sum += row.value * factor + ${k}\n  return sum\n}\n`)
    writeFileSync(
      file,
      `${imports.join('\n')}\n\nexport interface Row { id: string; value: number; tags?: string[] }\n\nconst factor = ${i}\nconst names = { one: 'a${i}', two: 'b' }\n\n${functions.join('\n')}
export class Model${i} {\n  values: number[] = []\n  add(value: number): this {\n    this.values.push(value)\n    return this\n  }\n}

${isMarked ? '// @persist\n' : ''}export function work${i}(rows: readonly Row[]): number {
  const model = new Model${i}().add(rows.length)
  return extra${i}_0(rows) + model.values.length + names.one.length${uses.map((other) => ` + work${other}(rows)`).join('')}
}\n`,
    )
    files.push(file)
    if (isMarked) entries.push(file)
  }
  return { directory, entries, files }
}
