import { BucketFile, type FileOwner } from './bucket-file.ts'
import { attempt } from './fail.ts'
import { KIND_ENTRY, KIND_SEALED } from './format.ts'
import { listDirectory } from './fs.ts'
import { bucketFileName, parseBucketFileName } from './layout.ts'

/** What one bucket knows of the current key: its record, that it was forgotten, or nothing. */
export interface Found {
  file: BucketFile
  body: Buffer
}

/** Beyond this, positions in a file would no longer fit into 32 bits. */
const FILE_LIMIT = 3 * 2 ** 30

/**
 * One bucket: the generations of its file, oldest first, of which all but the last are sealed.
 * Sealed ones are being compacted into a later one, or their compaction died.
 */
export class Bucket {
  readonly size: number
  readonly number: number
  files: BucketFile[] = []
  readonly #directory: string
  readonly #owner: FileOwner

  constructor(directory: string, size: number, number: number, owner: FileOwner) {
    this.#directory = directory
    this.size = size
    this.number = number
    this.#owner = owner
  }

  get newest(): BucketFile | undefined {
    return this.files.at(-1)
  }

  path(generation: number): string {
    return `${this.#directory}/${bucketFileName(this.size, this.number, generation)}`
  }

  /** Takes over what a listing of the directory found. */
  setGenerations(generations: readonly number[]): void {
    const known = new Map(this.files.map((file) => [file.generation, file]))
    for (const file of this.files) if (!generations.includes(file.generation)) file.discard()
    const kept = (generation: number): BucketFile => {
      const file = known.get(generation)
      return file?.isStill() ? file : new BucketFile(this.path(generation), generation, this.#owner)
    }
    this.files = [...generations].sort((a, b) => a - b).map(kept)
  }

  /** Takes in what others have appended, but for what they did a moment ago. */
  keepUp(): void {
    if (this.files.length === 1) this.files[0]!.keepUp()
    if (this.files.length !== 1 || this.files[0]!.state !== 'live') this.refresh()
  }

  /** Takes in what others have appended. */
  refresh(): void {
    // Sealed generations say no more, but for those that were never read.
    for (const file of this.files) if (file === this.newest || file.state === 'unread') file.refresh()
    if (this.files.some((file) => file.state === 'gone')) this.files = this.files.filter((file) => file.state !== 'gone')
    while (this.newest?.state === 'sealed') {
      // Its successor was created before it was sealed. A missing one was compacted itself: only the directory knows how far.
      const next = new BucketFile(this.path(this.newest.generation + 1), this.newest.generation + 1, this.#owner)
      next.refresh()
      if (next.state === 'gone') return this.#owner.relist()
      this.files.push(next)
    }
    // Who made a successor and died before sealing: others must not go on appending here.
    for (const file of this.files) if (file !== this.newest && file.state === 'live') this.seal(file)
  }

  /** The newest record of the current key. `undefined` when there is none or it is a tombstone. */
  find(): Found | undefined {
    for (let i = this.files.length - 1; i >= 0; i--) {
      const file = this.files[i]!
      const slot = file.find()
      if (slot < 0) continue
      const body = file.body(slot)
      return body && body[0] === KIND_ENTRY ? { file, body } : undefined
    }
    return undefined
  }

  /** Whether the newest record of the current key is a tombstone. */
  isBuried(): boolean {
    const holder = this.files.findLast((file) => file.find() >= 0)
    return holder !== undefined && this.find() === undefined
  }

  /** {@link Bucket.find}, in what was read before: reads only what never was. */
  findRead(): Found | undefined {
    if (this.files.some((file) => file.state === 'unread')) this.refresh()
    return this.find()
  }

  /** The file to append to; created when there is none that can be. */
  writable(firstGeneration: number): BucketFile {
    for (;;) {
      const newest = this.newest
      if (newest?.state === 'live' && newest.scanned < FILE_LIMIT) return newest
      if (newest?.state === 'unread') {
        newest.refresh()
        if (newest.state === 'unread') newest.create()
      } else {
        // Others may have gone on meanwhile, by more than one generation: what is written before theirs would not count.
        if (newest?.state !== 'live' && this.#catchUp()) continue
        // Where directories begin anew, all begin with the same.
        const first = this.size === 1 ? 1 : firstGeneration
        this.#create(newest === undefined ? first : newest.generation + 1, false)
      }
      this.refresh()
    }
  }

  /**
   * Begins the next generation, and returns its file: from here on writers append there. Those before are read to their ends.
   * `undefined`, or failing with `EEXIST`: another process is at it.
   */
  advance(): BucketFile | undefined {
    const next = this.#create((this.newest?.generation ?? 0) + 1, true)
    this.refresh()
    return this.newest === next ? next : undefined
  }

  /** Takes in the generations that the directory has. Tells whether another one is the newest. */
  #catchUp(): boolean {
    const known = this.newest
    this.#list()
    this.refresh()
    return this.newest !== known
  }

  #list(): void {
    const found = attempt('list', this.#directory, () => listDirectory(this.#directory)).flatMap(({ name }) => {
      const parsed = parseBucketFileName(name)
      return parsed?.size === this.size && parsed.bucket === this.number ? [parsed.generation] : []
    })
    this.setGenerations(found)
  }

  #create(generation: number, exclusive: boolean): BucketFile {
    const next = new BucketFile(this.path(generation), generation, this.#owner)
    next.create(exclusive)
    if (next.state !== 'gone') this.files.push(next)
    if (this.size === 1) {
      // The directory may have been removed and made again: then others are at another generation, and of two who create one sees both.
      this.#list()
      this.#owner.begun()
    }
    return next
  }

  /** Nothing more is appended to a file: whoever goes on makes the next one. */
  seal(file: BucketFile): void {
    file.appendSign(KIND_SEALED)
    file.refresh()
  }

  discard(): void {
    for (const file of this.files) file.discard()
    this.files = []
  }
}
