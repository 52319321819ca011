interface NumberedShape {
  readonly number: number
  readonly keys: readonly string[]
}

/** The lists of names that the objects of one value have, each written once. */
export class ShapeTable {
  readonly #byText = new Map<string, NumberedShape[]>()
  #count = 0
  #last: NumberedShape | undefined

  /** The number of a list that was met before; else `undefined`, and the list has the next number from now on. */
  find(keys: readonly string[]): number | undefined {
    if (this.#last && sameKeys(this.#last.keys, keys)) return this.#last.number
    const text = keys.join()
    const alike = this.#byText.get(text)
    const found = alike?.find((shape) => sameKeys(shape.keys, keys))
    this.#last = found ?? { number: this.#count++, keys }
    if (found) return found.number
    if (alike) alike.push(this.#last)
    else this.#byText.set(text, [this.#last])
    return undefined
  }
}

function sameKeys(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
