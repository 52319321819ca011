// How a watching driver runs the program and tells of it.
import { createRequire } from 'node:module'
import { basename, dirname, resolve } from 'node:path'
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

const require = createRequire(import.meta.url)
let times = 0

/** Loads the program and reports. One built from a file that was being written doesn't run: the next build's does. */
export async function reportLoaded(load) {
  try {
    report((await load()).default)
  } catch (failure) {
    error(failure)
  }
}

/** The same for a file that a build has just written. */
export async function reportFile(path) {
  await reportLoaded(() => {
    if (!path.endsWith('.cjs')) return import(`${pathToFileURL(path).href}?${++times}`)
    delete require.cache[path]
    return require(path)
  })
}

/** The test closes our input when it is done. */
export function untilTold(close) {
  process.stdin.resume().on('end', async () => {
    await close()
    process.exit(0)
  })
}

/** Edits of a file go unseen until Vite's watcher has come to it. */
export async function untilWatched({ watcher, config }, file) {
  const path = resolve(config.root, file)
  while (!watcher.getWatched()[dirname(path)]?.includes(basename(path))) await new Promise((again) => setTimeout(again, 10))
}
