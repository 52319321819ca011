import type { Terminal } from './types.ts'

const WIDTH = 24

/** A bar for work whose length is known. Drawn a few times a second at most. */
export function createBar({ progress }: Terminal, what: string): (done: number, of: number) => void {
  let drawn = 0
  return (done, of) => {
    const now = Date.now()
    if (now - drawn < 100 && done < of) return
    drawn = now
    const share = of === 0 ? 1 : Math.min(1, done / of)
    const full = Math.round(share * WIDTH)
    progress(`${what} ${'█'.repeat(full)}${'░'.repeat(WIDTH - full)} ${Math.round(share * 100)} %`)
  }
}
