import { FINGERPRINTS } from './layout.ts'
import { LineFile } from './line-file.ts'

interface FingerprintLine {
  fingerprint: string
  module: string
  name: string
}

/** Which functions of a project have had which fingerprint: how a renamed or moved function finds its entries. */
export class Fingerprints {
  readonly #places = new Map<string, Map<string, { module: string; name: string }>>()
  readonly #file: LineFile<FingerprintLine>

  constructor(projectDirectory: string) {
    this.#file = new LineFile(`${projectDirectory}/${FINGERPRINTS}`, (line) => this.#take(line), () => this.#places.clear())
  }

  find(fingerprint: string): readonly { module: string; name: string }[] {
    this.#file.refresh()
    return [...(this.#places.get(fingerprint)?.values() ?? [])]
  }

  note(fingerprint: string, module: string, name: string): void {
    if (this.#places.get(fingerprint)?.has(`${module}#${name}`)) return
    this.#file.append({ fingerprint, module, name })
  }

  #take({ fingerprint, module, name }: FingerprintLine): void {
    let places = this.#places.get(fingerprint)
    if (!places) this.#places.set(fingerprint, (places = new Map()))
    places.set(`${module}#${name}`, { module, name })
  }
}
