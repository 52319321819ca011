import { createInterface } from 'node:readline/promises'
import process from 'node:process'
import picocolors from 'picocolors'
import type { Terminal } from './types.ts'

/** The process's own terminal. Colours and progress only where somebody sees them; `NO_COLOR` is respected. */
export function createTerminal(): Terminal {
  const { stdin, stdout, stderr } = process
  const { env } = process
  const coloured = !env.NO_COLOR && (stdout.isTTY === true || Boolean(env.FORCE_COLOR))
  const live = stderr.isTTY === true && env.TERM !== 'dumb' && !env.CI
  // Who reads (`persist ls | head`) may have seen enough: the command goes on to its end.
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  }
  let shown = false
  const clear = (): void => {
    if (shown) stderr.write('\r\x1B[2K')
    shown = false
  }
  return {
    out(text) {
      clear()
      stdout.write(`${text}\n`)
    },
    note(text) {
      clear()
      stderr.write(`${text}\n`)
    },
    interactive: stdin.isTTY === true && stderr.isTTY === true,
    async ask(question) {
      clear()
      const prompt = createInterface({ input: stdin, output: stderr })
      try {
        return await prompt.question(question)
      } finally {
        prompt.close()
      }
    },
    progress(text) {
      if (!live) return
      stderr.write(`\r\x1B[2K${text.slice(0, (stderr.columns || 80) - 1)}`)
      shown = text !== ''
    },
    paint: picocolors.createColors(coloured),
  }
}
