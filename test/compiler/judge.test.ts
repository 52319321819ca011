import { describe, expect, it } from 'vitest'
import { drawWorkspace } from '../judge/drawn.ts'
import { judge, table } from '../judge/judge.ts'
import { Random } from '../judge/random.ts'
import { makeWorkspace } from '../judge/workspace.ts'

// The long run is `bench/judge.ts`; this one is short, and always the same.
describe('fingerprints against esbuild\'s bundles of the same function', () => {
  it('changes with the bundle, stays with the bundle', async () => {
    const judgement = await judge({ seed: 20, perKind: 8, workspace: makeWorkspace(['date-math', 'array-bins', 'hierarchy', 'immer', 'zod']) })
    const all = Object.values(judgement.kinds)
    const sum = (pick: (figures: (typeof all)[number]) => number): number => all.reduce((total, figures) => total + pick(figures), 0)
    const report = `${table(judgement)}\n${JSON.stringify(judgement.findings, null, 2)}`
    expect(judgement.findings.filter(({ verdict }) => verdict !== 'needless'), report).toEqual([])
    expect(sum(({ followed }) => followed), report).toBeGreaterThanOrEqual(5)
    expect(sum(({ calm }) => calm), report).toBeGreaterThan(30)
    expect(sum(({ needless }) => needless), report).toBeLessThanOrEqual(1)
  }, 300_000)
})

describe('fingerprints of CommonJS against what runs, and what comes of it', () => {
  it('changes with it, stays with the bundle', async () => {
    const workspace = await drawWorkspace('node_modules', ['enhanced-resolve/lib/util', 'ms'], 8, new Random(3), true)
    expect(workspace.roots.length).toBe(8)
    const judgement = await judge({ seed: 3, perKind: 4, workspace })
    const all = Object.values(judgement.kinds)
    const sum = (pick: (figures: (typeof all)[number]) => number): number => all.reduce((total, figures) => total + pick(figures), 0)
    const report = `${table(judgement)}\n${JSON.stringify(judgement.findings, null, 2)}`
    expect(judgement.findings, report).toEqual([])
    expect(sum(({ followed }) => followed), report).toBeGreaterThanOrEqual(4)
    expect(sum(({ calm }) => calm), report).toBeGreaterThan(8)
  }, 300_000)
})
