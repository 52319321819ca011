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

/** The median time of each candidate. `budget` is how long a round of one candidate takes at most, in milliseconds. */
export function measure(candidates: readonly Candidate[], budget = 20): Result[] {
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
      candidate.samples.push(timeOf(candidate.run, candidate.times))
    }
  }
  return prepared.map(({ name, samples }) => ({ name, median: samples.sort((a, b) => a - b)[samples.length >> 1]! }))
}

/** Prints a table in which each candidate stands as a multiple of the first. */
export function report(title: string, results: readonly Result[]): void {
  const base = results[0]!.median
  console.log(`\n${title}`)
  for (const { name, median } of results) {
    console.log(`  ${name.padEnd(34)} ${median.toFixed(median < 100 ? 2 : 0).padStart(10)} µs  ×${(median / base).toFixed(2)}`)
  }
}

/** Exits with 1 when the candidate took longer than `bound` times the first. */
export function expectWithin(results: readonly Result[], name: string, bound: number): void {
  const ratio = results.find((result) => result.name === name)!.median / results[0]!.median
  if (ratio <= bound) return
  console.log(`  FAILED: ${name} takes ${ratio.toFixed(2)} times as long, the bound is ${bound}`)
  process.exitCode = 1
}

/** Exits with 1 when another candidate but the first is faster. */
export function expectAhead(results: readonly Result[], name: string, of: readonly string[]): void {
  const own = results.find((result) => result.name === name)!.median
  for (const other of of) {
    const median = results.find((result) => result.name === other)!.median
    if (median > own) continue
    console.log(`  FAILED: ${other} is faster`)
    process.exitCode = 1
  }
}
