import type { Node } from '@babel/types'

interface Range {
  start: number
  end: number
  name: string
}

/** Where in a module's text each of its units stands. They don't overlap, but several may have one place (`const { a, b } = c`). */
export class UnitRanges {
  readonly #ranges: Range[] = []
  #isSorted = true

  add(name: string, { start, end }: Node): void {
    this.#ranges.push({ start: start!, end: end!, name })
    this.#isSorted = false
  }

  /** The unit at a position; the first of several. */
  at(position: number): string | undefined {
    const ranges = this.#ranges
    if (!this.#isSorted) ranges.sort((a, b) => a.start - b.start)
    this.#isSorted = true
    let low = 0
    let high = ranges.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (ranges[middle]!.end <= position) low = middle + 1
      else high = middle
    }
    const found = ranges[low]
    return found && found.start <= position ? found.name : undefined
  }
}
