/**
 * The compiler's own speed, as ratios to what it is compared with in the same run: @babel/parser over the same files, and
 * esbuild bundling the same entries into one directory.
 *
 *   npm run bench compiler [modules] [marked]
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from '@babel/parser'
import { build } from 'esbuild'
import { createCompiler } from '../src/compiler/index.ts'
import { parseModule } from '../src/compiler/syntax/parse.ts'
import { recordModule } from '../src/compiler/bindings/record.ts'
import { expectAtMost, medianOf as median, reportTable } from './measure.ts'
import { makeProject } from './project.ts'

const ROUNDS = 11
const time = (work: () => unknown): number => {
  const start = performance.now()
  work()
  return performance.now() - start
}

/** Sources of real packages, some 2 MB. */
function sources(): { file: string; code: string }[] {
  const found: { file: string; code: string }[] = []
  for (const directory of ['node_modules/date-fns', 'node_modules/zod/src/v4/core', 'node_modules/valibot/dist', 'node_modules/immer/dist', 'node_modules/d3-geo/dist', 'node_modules/d3-hierarchy/dist']) {
    for (const path of readdirSync(directory, { recursive: true }) as string[]) {
      if (!/(?<!\.d)\.(?:m?js|ts)$/.test(path) || /min\.|cdn|locale|tests/.test(path)) continue
      const file = join(directory, path)
      found.push({ file: join(process.cwd(), file), code: readFileSync(file, 'utf8') })
    }
  }
  return found
}

function parseRatios(): void {
  const files = sources()
  const marked = files.map(({ file, code }) => ({ file, code: code.replace(/^(?=(?:export )?(?:async )?function (?!\*))/gm, '// @persist\n') })).filter(({ code }) => code.includes('@persist'))
  const options = (file: string) => ({ sourceType: 'module' as const, plugins: file.endsWith('.ts') ? ['typescript' as const] : [], attachComment: false })
  const measured = { parse: [] as number[], record: [] as number[], parseMarked: [] as number[], compile: [] as number[] }
  // What a marked file depends on was read before: it is counted above.
  const compiler = createCompiler()
  for (const { file, code } of marked) compiler.compile(code, file)
  for (let round = 0; round < ROUNDS; round++) {
    measured.parse.push(time(() => files.forEach(({ file, code }) => parse(code, options(file)))))
    measured.record.push(time(() => files.forEach(({ file, code }) => recordModule(parseModule(code, file), code))))
    measured.parseMarked.push(time(() => marked.forEach(({ file, code }) => parse(code, options(file)))))
    measured.compile.push(time(() => marked.forEach(({ file, code }) => compiler.compile(code, file))))
  }
  const size = files.reduce((sum, { code }) => sum + code.length, 0)
  const ratio = (ours: number[], base: number[]): number => median(ours.map((value, round) => value / base[round]!))
  const ms = (values: number[]): string => median(values).toFixed(0)
  reportTable({
    title: `${files.length} files, ${(size / 1e6).toFixed(2)} MB, ${marked.length} of them with every function marked`,
    heads: ['', 'ms', '@babel/parser, ms', 'ratio'],
    rows: [
      ['read as dependencies', ms(measured.record), ms(measured.parse), ratio(measured.record, measured.parse).toFixed(2)],
      ['compiled', ms(measured.compile), ms(measured.parseMarked), ratio(measured.compile, measured.parseMarked).toFixed(2)],
    ],
  })
  expectAtMost('a file read as a dependency: times its parse', ratio(measured.record, measured.parse), 2.5)
  expectAtMost('a marked file: times its parse', ratio(measured.compile, measured.parseMarked), 7)
}

async function scanProject(modules: number, marked: number): Promise<void> {
  const { directory, entries, files } = makeProject(modules, marked)
  try {
    const bundling: number[] = []
    const scanning: number[] = []
    const edits: number[] = []
    let memory = 0
    for (let round = 0; round < 2; round++) {
      const start = performance.now()
      await build({ entryPoints: entries, bundle: true, write: false, outdir: join(directory, 'out'), splitting: true, format: 'esm', platform: 'node', logLevel: 'silent', tsconfig: join(directory, 'tsconfig.json') })
      bundling.push(performance.now() - start)
      globalThis.gc?.()
      const before = process.memoryUsage().rss
      const compiler = createCompiler({ root: directory })
      let functions = 0
      scanning.push(time(() => files.forEach((file) => (functions += compiler.scan(file).functions.length))))
      memory = Math.max(memory, process.memoryUsage().rss - before)
      if (functions !== entries.length) throw new Error(`${functions} functions`)
      // An edit deep down: the function of the first entry is above it.
      for (let i = 0; i < 20; i++) {
        const file = files[Math.floor(modules / 2) + i]!
        const code = readFileSync(file, 'utf8')
        writeFileSync(file, code.replace('+ model', '+ 1 + model'))
        edits.push(time(() => {
          compiler.invalidate(file)
          compiler.scan(entries[0]!)
        }))
        writeFileSync(file, code)
        compiler.invalidate(file)
      }
    }
    reportTable({
      title: `${modules} modules, ${entries.length} marked functions`,
      heads: ['', 'found'],
      rows: [
        ['full scan, ms', median(scanning).toFixed(0)],
        ['esbuild, the same entries with shared chunks, ms', median(bundling).toFixed(0)],
        ['memory of the process after it, MB', (process.memoryUsage().rss / 1e6).toFixed(0)],
        ['memory over the start, MB', (memory / 1e6).toFixed(0)],
        ['an edit of one module, until the function far above it has its fingerprint, ms', median(edits).toFixed(1)],
      ],
    })
    expectAtMost('full scan: times esbuild', median(scanning) / median(bundling), 10)
    expectAtMost('memory of the whole process, MB', process.memoryUsage().rss / 1e6, 500)
    expectAtMost('an edit of one module, ms', median(edits), 50)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

const [modules = '2000', marked = '500'] = process.argv.slice(2)
parseRatios()
await scanProject(Number(modules), Number(marked))
