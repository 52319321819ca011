import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createCompiler } from '../../src/compiler/index.ts'
import type { CompiledFunction, Compiler } from '../../src/compiler/types.ts'
import { PersistError } from '../../src/errors.ts'
import { Bundler } from './bundle.ts'
import { KINDS, randomEdit, type Kind } from './edits.ts'
import { exemptionOf } from './exempt.ts'
import { Oracle } from './oracle.ts'
import { Random } from './random.ts'
import { withNumberedNames } from './rename.ts'
import { applied, parseText, type Change } from './text.ts'
import { makeWorkspace, type Root, type Workspace } from './workspace.ts'

export interface Figures {
  /** The bundle changed, and so did the fingerprint. */
  followed: number
  /** The bundle changed and the fingerprint stayed: stale. */
  missed: number
  /** The bundle stayed, and so did the fingerprint. */
  calm: number
  /** The bundle stayed and the fingerprint changed: needlessly cold. */
  needless: number
  exempt: Record<string, number>
  /** Edits in files of which something is in the bundle. */
  inReached: number
}

export interface Finding {
  verdict: 'missed' | 'needless' | 'incremental'
  root: string
  kind: Kind
  file: string
  before: string
  after: string
}

export interface Judgement {
  kinds: Record<Kind, Figures>
  findings: Finding[]
}

export interface JudgeOptions {
  seed: number
  /** How many edits of each kind. */
  perKind: number
  /** @default that of {@link makeWorkspace}; removed afterwards */
  workspace?: Workspace
  /** @default {@link KINDS} */
  kinds?: readonly Kind[]
  /** Is told of each finding at once. */
  tell?: (finding: Finding) => void
  /** How often an edit is followed by a whole new compiler, to see that the kept one forgot nothing. @default 0.05 */
  fresh?: number
}

/** How often a kind of edit is tried on files that offer no place for it. */
const MOST_TRIES = 60

/** Makes random edits in real packages, and holds esbuild's bundle of a function against its fingerprint. */
export async function judge({ seed, perKind, workspace = makeWorkspace(), kinds: of = KINDS, tell, fresh = 0.05 }: JudgeOptions): Promise<Judgement> {
  const random = new Random(seed)
  const kinds = Object.fromEntries(of.map((kind) => [kind, { followed: 0, missed: 0, calm: 0, needless: 0, exempt: {}, inReached: 0 }])) as unknown as Record<Kind, Figures>
  const findings: Finding[] = []
  const note = (finding: Finding): void => {
    findings.push(finding)
    tell?.(finding)
  }
  try {
    const share = Math.ceil((perKind * of.length) / workspace.roots.length)
    const todo = of.flatMap((kind) => Array.from({ length: perKind }, () => kind))
    shuffle(todo, random)
    for (const root of workspace.roots) {
      const bundler = new Bundler(root.entry, workspace.directory)
      const compiler = createCompiler({ root: workspace.directory })
      const marked = compiler.scan(root.file).functions[0]?.name
      const fingerprint = (): string => {
        const fn = firstFunction(compiler, root.file)
        return fn !== undefined && fn.name === marked ? fn.fingerprint : 'none'
      }
      const compiled = (): string => compiler.compile(readFileSync(root.file, 'utf8'), root.file)?.code ?? ''
      const before = { bundle: await bundler.bundle(), named: await bundler.named(), whole: await bundler.whole(), fingerprint: fingerprint(), keyed: keyedIn(compiled()) }
      const reached = before.bundle.files.filter((file) => file.includes('packages') && /\.[cm]?[jt]s$/.test(file))
      // Of an entry that is typed alone, or was folded away, nothing is left to edit.
      if (reached.length === 0) {
        await bundler.dispose()
        continue
      }
      const oracle = root.isCommonJs ? oracleOf(root, compiled()) : undefined
      if (oracle === 'unable') {
        await bundler.dispose()
        continue
      }
      const all = packageFiles(reached)
      for (let done = 0, placeless = 0; done < share && todo.length > 0; ) {
        const kind = todo.at(-1)!
        const isReached = random.chance(0.5)
        const file = random.pick(isReached ? reached : all)!
        const code = readFileSync(file, 'utf8')
        const changes = randomEdit(kind, parseText(code, file), random)
        const edited = changes && applied(code, changes)
        if (edited === undefined || edited === code) {
          // A package without a class has no place for another member of one.
          if (++placeless % MOST_TRIES === 0) todo.pop()
          continue
        }
        writeFileSync(file, edited)
        compiler.invalidate(file)
        try {
          const after = await bundler.bundle()
          const now = fingerprint()
          // The mark has come to stand above something else, or above nothing.
          if (now === 'none') {
            if (++placeless % MOST_TRIES === 0) todo.pop()
            continue
          }
          placeless = 0
          const figures = kinds[kind]
          const fingerprintChanged = now !== before.fingerprint
          // The letters of a text decide which short names are given in it.
          const bundleChanged = after.code !== before.bundle.code && (fingerprintChanged || withNumberedNames(after.code) !== withNumberedNames(before.bundle.code))
          if (bundleChanged && !fingerprintChanged) {
            const text = compiled()
            const difference = { kind, before: before.named, after: await bundler.named() }
            const exemption = keyedIn(text) !== before.keyed ? 'in the key' : ((oracle && unreached(oracle, { file, kind, changes: changes! }, text)) ?? (await exemptionOf(difference, oracle !== undefined)))
            if (exemption !== undefined) figures.exempt[exemption] = (figures.exempt[exemption] ?? 0) + 1
            else {
              figures.missed++
              note({ verdict: 'missed', root: root.name, kind, file, ...excerpt(code, edited) })
            }
          } else if (bundleChanged) figures.followed++
          else if (!fingerprintChanged) figures.calm++
          else if (withNumberedNames(await bundler.whole()) !== withNumberedNames(before.whole)) {
            figures.exempt['writer of state'] = (figures.exempt['writer of state'] ?? 0) + 1
          } else {
            figures.needless++
            note({ verdict: 'needless', root: root.name, kind, file, ...excerpt(code, edited) })
          }
          if (random.chance(fresh) && firstFunction(createCompiler({ root: workspace.directory }), root.file)?.fingerprint !== now) {
            note({ verdict: 'incremental', root: root.name, kind, file, ...excerpt(code, edited) })
          }
          if (reached.includes(file)) figures.inReached++
          todo.pop()
          done++
        } catch (error) {
          // The edit broke the code, which is nothing to judge by.
          if (!(error instanceof Error && 'errors' in error)) throw error
          if (++placeless % MOST_TRIES === 0) todo.pop()
        } finally {
          writeFileSync(file, code)
          compiler.invalidate(file)
        }
      }
      if (fingerprint() !== before.fingerprint) throw new Error(`${root.name}: another fingerprint after all edits were taken back`)
      await bundler.dispose()
    }
  } finally {
    workspace.remove()
  }
  return { kinds, findings }
}

/** Nothing where an edit has come between the mark and its function. */
function firstFunction(compiler: Compiler, file: string): CompiledFunction | undefined {
  try {
    return compiler.scan(file).functions[0]
  } catch (error) {
    if (error instanceof PersistError && error.message.includes('belongs to no function')) return undefined
    throw error
  }
}

/**
 * What is read as a value is in the key; where it is no data, what made it is. So are the values of parameters, in the order in
 * which these are used. Without the fingerprint, which is compared by itself.
 */
function keyedIn(compiled: string): string {
  return [...compiled.matchAll(/"provenance":"(\w+)"|"params":\[(.*?)\]/g)].map(([, origin, params]) => origin ?? params).join()
}

/** Some functions can't be called just so: their modules need a browser, or a database. */
function oracleOf(root: Root, compiled: string): Oracle | 'unable' {
  try {
    return new Oracle(root, compiled)
  } catch {
    return 'unable'
  }
}

/** Kinds of edits that do nothing, also where they are made in code that runs. */
const IDLE: readonly Kind[] = ['renames', 'reordering', 'moves', 'exports', 'unused exports']

/** The reason why an edit of CommonJS may leave the fingerprint as it is. */
function unreached(oracle: Oracle, { file, kind, changes }: { file: string; kind: Kind; changes: readonly Change[] }, compiled: string): string | undefined {
  return oracle.concerns(file, IDLE.includes(kind) ? [] : changes, compiled) === undefined ? 'neither run nor seen in what it gives' : undefined
}

/** The files of the packages that are reached, whether or not anything of them is. */
function packageFiles(reached: readonly string[]): string[] {
  const directories = new Set(reached.map((file) => file.replace(/([\\/]packages[\\/][^\\/]+).*$/, '$1')))
  return [...directories].flatMap((directory) =>
    (readdirSync(directory, { recursive: true }) as string[]).filter((path) => /\.(?:[cm]?js|ts)$/.test(path) && !/[\\/]v3[\\/]/.test(path)).map((path) => join(directory, path)),
  )
}

function shuffle<T>(items: T[], random: Random): void {
  for (let i = items.length - 1; i > 0; i--) {
    const j = random.below(i + 1)
    ;[items[i], items[j]] = [items[j]!, items[i]!]
  }
}

/** The place where two texts differ. */
function excerpt(before: string, after: string): { before: string; after: string } {
  let start = 0
  while (before[start] === after[start] && start < before.length) start++
  let tail = 0
  while (before.at(-1 - tail) === after.at(-1 - tail) && tail < Math.min(before.length, after.length) - start) tail++
  const cut = (text: string): string => text.slice(Math.max(0, start - 80), Math.min(text.length, text.length - tail + 60, start + 300))
  return { before: cut(before), after: cut(after) }
}

/** A table of the figures, a line per kind. */
export function table({ kinds }: Judgement): string {
  const lines = [['kind', 'edits', 'reached', 'followed', 'missed', 'calm', 'needless', 'calm %', 'exempt']]
  const total: Figures = { followed: 0, missed: 0, calm: 0, needless: 0, exempt: {}, inReached: 0 }
  const line = (name: string, figures: Figures): void => {
    const exempt = Object.values(figures.exempt).reduce((sum, count) => sum + count, 0)
    const same = figures.calm + figures.needless
    const edits = figures.followed + figures.missed + same + exempt
    lines.push([name, `${edits}`, `${figures.inReached}`, `${figures.followed}`, `${figures.missed}`, `${figures.calm}`, `${figures.needless}`, same === 0 ? '' : ((100 * figures.calm) / same).toFixed(1), Object.entries(figures.exempt).map(([key, count]) => `${count} ${key}`).join(', ')])
  }
  for (const [name, figures] of Object.entries(kinds)) {
    line(name, figures)
    for (const key of ['followed', 'missed', 'calm', 'needless', 'inReached'] as const) total[key] += figures[key]
    for (const [key, count] of Object.entries(figures.exempt)) total.exempt[key] = (total.exempt[key] ?? 0) + count
  }
  line('all', total)
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((cells) => cells[column]!.length)))
  return lines.map((cells) => cells.map((cell, column) => (column === 0 || column === cells.length - 1 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join('  ').trimEnd()).join('\n')
}
