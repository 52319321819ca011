import process from 'node:process'

/** Which host passed which check, for the table at the end. */
const rows = new Map<string, Map<string, boolean>>()

/** Notes how a check went: before it is asserted, so that failures are in the table too. */
export function record(host: string, check: string, passed: boolean): void {
  let row = rows.get(host)
  if (!row) rows.set(host, (row = new Map()))
  row.set(check, passed)
}

/** Prints host × check. */
export function printTable(): void {
  const checks = [...new Set([...rows.values()].flatMap((row) => [...row.keys()]))]
  const width = Math.max(...[...rows.keys()].map((host) => host.length))
  const lines = [`${' '.repeat(width)}  ${checks.join('  ')}`]
  for (const [host, row] of rows) {
    const cells = checks.map((check) => {
      const passed = row.get(check)
      return (passed === undefined ? '' : passed ? 'ok' : 'FAILED').padEnd(check.length)
    })
    lines.push(`${host.padEnd(width)}  ${cells.join('  ')}`)
  }
  process.stdout.write(`\n${lines.join('\n')}\n\n`)
}
