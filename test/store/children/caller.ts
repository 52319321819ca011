/**
 * A program with a persisted function that does what it is told, a line of JSON at a time: so that a test can take away disk, rights or
 * descriptors between two calls. Bundled by the test. Its argument is the store's root.
 */
import { closeSync, openSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { configure } from '../../../src/index.ts'
import { call, define } from '../../../src/runtime/index.ts'

const warnings: string[] = []
console.warn = (message: string) => void warnings.push(message)
configure({ persistPath: process.argv[2]!, projectId: 'staged' })

let computed = 0
const project = { name: 'staged', at: '' }
const m = define({ v: 1, module: 'src/a.ts', name: 'work', fingerprint: 'f', project, params: ['id', 'size'] }, () => work)
function work(id: number, size: number): string {
  return call(m, undefined, [id, size], 0, () => (computed++, valueOf(id, size)))
}
const valueOf = (id: number, size: number): string => `${id}:${'x'.repeat(size)}`

const taken: number[] = []
const actions: Record<string, (command: Record<string, number>) => unknown> = {
  /** Calls with some numbers: how many results were right, and how often the function ran. */
  calls({ from = 0, count = 1, size = 10 }) {
    computed = 0
    let right = 0
    for (let id = from; id < from + count; id++) if (work(id, size) === valueOf(id, size)) right++
    return { right, computed }
  },
  /** Opens files until the process may open no more. */
  exhaust() {
    try {
      for (;;) taken.push(openSync('/dev/null', 'r'))
    } catch (error) {
      return (error as { code?: string }).code
    }
  },
  release() {
    for (const descriptor of taken.splice(0)) closeSync(descriptor)
    return 'released'
  },
  /** From here on the project is one of those that the store gives numbers to. */
  number() {
    configure({ projectId: undefined, projectPath: process.cwd() })
  },
  /** Computes for so long, without a pause, and says first that it does. */
  busy({ milliseconds = 0 }) {
    process.stdout.write('"busy"\n')
    for (const until = Date.now() + milliseconds; Date.now() < until; );
  },
  warnings: () => warnings,
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const { what, ...command } = JSON.parse(line) as { what: string } & Record<string, number>
  process.stdout.write(`${JSON.stringify(actions[what]!(command) ?? null)}\n`)
})
