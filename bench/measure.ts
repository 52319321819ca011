import { writeFileSync } from 'node:fs'

/** Micro-benchmarks that compare: rounds of all candidates in turn, so that a slow moment of the machine hits each of them. */
export interface Candidate {
  readonly name: string
  run(): unknown
}

export interface Result {
  readonly name: string
  /** Median of the rounds, microseconds for one run. */
  readonly median: number
}

const ROUNDS = 41
/** Milliseconds that one candidate may take in all, but for the least number of rounds. */
const LONGEST = 4000
const LEAST = 5

function timeOf(run: () => unknown, times: number): number {
  const start = process.hrtime.bigint()
  for (let i = 0; i < times; i++) run()
  return Number(process.hrtime.bigint() - start) / 1000 / times
}

/**
 * The median time of each candidate.
 *
 * @param budget how long a round of one candidate takes at most, in milliseconds
 * @param between runs before each round
 */
export function measure(candidates: readonly Candidate[], budget = 20, between?: () => void): Result[] {
  const prepared = candidates.map(({ name, run }) => {
    timeOf(run, 1)
    const once = Math.min(timeOf(run, 1), timeOf(run, 1))
    const times = Math.max(1, Math.round((budget * 1000) / Math.max(once, 0.1)))
    timeOf(run, Math.min(times, 100_000))
    return { name, run, times: Math.max(1, Math.round((budget * 1000) / Math.max(timeOf(run, times), 0.05))), samples: [] as number[] }
  })
  for (let round = 0; round < ROUNDS; round++) {
    for (let place = 0; place < prepared.length; place++) {
      const candidate = prepared[(place + round) % prepared.length]!
      const spent = candidate.samples.reduce((sum, sample) => sum + sample, 0) * candidate.times
      if (round >= LEAST && spent > LONGEST * 1000) continue
      between?.()
      candidate.samples.push(timeOf(candidate.run, candidate.times))
    }
  }
  return prepared.map(({ name, samples }) => ({ name, median: medianOf(samples) }))
}

/** {@link measure} for what takes megabytes: one run a round, so that none has to look for its memory among what others have left behind. */
export function measureLarge(candidates: readonly Candidate[]): Result[] {
  return measure(candidates, 0.001, globalThis.gc)
}

export function medianOf(samples: readonly number[]): number {
  return [...samples].sort((a, b) => a - b)[samples.length >> 1]!
}

/** Prints a table in which each candidate stands as a multiple of the first. */
export function report(title: string, results: readonly Result[]): void {
  const base = results[0]!.median
  console.log(`\n${title}`)
  for (const { name, median } of results) {
    console.log(`  ${name.padEnd(34)} ${formatMicroseconds(median).padStart(10)} µs  ×${(median / base).toFixed(2)}`)
  }
  tables.push({ title, heads: ['', 'µs', 'ratio'], rows: results.map(({ name, median }) => [name, formatMicroseconds(median), (median / base).toFixed(2)]) })
}

export function formatMicroseconds(median: number): string {
  return median.toFixed(median < 100 ? 2 : 0)
}

/** Exits with 1 when the candidate took longer than `bound` times the first. */
export function expectWithin(results: readonly Result[], name: string, bound: number): void {
  const ratio = results.find((result) => result.name === name)!.median / results[0]!.median
  expectAtMost(`${name}: times ${results[0]!.name}`, ratio, bound)
}

/** Exits with 1 when another candidate but the first is faster. */
export function expectAhead(results: readonly Result[], name: string, of: readonly string[]): void {
  const own = results.find((result) => result.name === name)!.median
  for (const other of of) expectAtMost(`${name}: times ${other}`, own / results.find((result) => result.name === other)!.median, 1)
}

/** Says whether a bound holds. Exits with 1 when it doesn't. */
export function expectAtMost(what: string, found: number, bound: number): void {
  const holds = found <= bound
  console.log(`  ${holds ? 'ok    ' : 'FAILED'} ${what}: ${found.toFixed(2)}, the bound is ${bound}`)
  bounds.push({ what, found, bound, holds })
  if (!holds) process.exitCode = 1
}

export interface Table {
  title: string
  heads: readonly string[]
  rows: readonly (readonly string[])[]
}

/** What `bench/run.ts` makes documents of. */
export interface Outcome {
  tables: Table[]
  bounds: { what: string; found: number; bound: number; holds: boolean }[]
}

const tables: Table[] = []
const bounds: Outcome['bounds'] = []

/** A table that isn't one of times. */
export function reportTable(table: Table): void {
  const widths = table.heads.map((head, at) => Math.max(head.length, ...table.rows.map((row) => row[at]!.length)))
  const line = (row: readonly string[]): string => `  ${row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))).join('  ')}`
  console.log([`\n${table.title}`, line(table.heads), ...table.rows.map(line)].join('\n'))
  tables.push(table)
}

if (process.env.PERSIST_BENCH_OUTCOME !== undefined) {
  const path = process.env.PERSIST_BENCH_OUTCOME
  // For this process alone, not for those that it starts.
  delete process.env.PERSIST_BENCH_OUTCOME
  process.on('exit', () => writeFileSync(path, JSON.stringify({ tables, bounds } satisfies Outcome)))
}
