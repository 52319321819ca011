// How a watching driver runs the program and tells of it.
import process from 'node:process'
import { pathToFileURL } from 'node:url'

let computed = 0
const { error } = console
console.error = (...args) => (String(args[0]).startsWith('computed') ? computed++ : error(...args))

/** Runs the program's default export and prints the answer. */
export function report(run) {
  computed = 0
  const result = run()
  process.stdout.write(`${JSON.stringify({ result, computed })}\n`)
}

let times = 0

/** The same for a file that a build has just written. */
export async function reportFile(path) {
  const loaded = await import(`${pathToFileURL(path).href}?${++times}`)
  // webpack's and Rspack's CommonJS arrives as the default export.
  const run = typeof loaded.default === 'function' ? loaded.default : loaded.default.default
  report(run)
}

/** The test closes our input when it is done. */
export function untilTold(close) {
  process.stdin.resume().on('end', async () => {
    await close()
    process.exit(0)
  })
}
