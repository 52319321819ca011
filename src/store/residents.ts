import { files } from './fs.ts'

/** What a bucket file holds of the process's memory and descriptors. */
export interface Resident {
  /** When it was last needed, in ticks. */
  used: number
  /** Bytes of the file that it keeps in memory. */
  readonly kept: number
  readonly descriptor: number
  dropBytes(): void
  closeDescriptor(): void
}

/** Bytes of bucket files that are kept in memory, over all stores of a thread. */
export const MEMORY_BUDGET: number = 64 * 1024 * 1024
const MOST_DESCRIPTORS = 768
const LEAST_DESCRIPTORS = 16

let tick = 0
let keptBytes = 0
let openDescriptors = 0
let descriptorLimit: number | undefined
const residents = new Set<Resident>()

export function touch(resident: Resident): void {
  resident.used = ++tick
}

/** Books memory. Beyond the budget, the files that were not needed for longest give theirs back. */
export function bookBytes(resident: Resident, bytes: number): void {
  residents.add(resident)
  keptBytes += bytes
  if (bytes > 0 && keptBytes > MEMORY_BUDGET) evict(resident)
}

export function bookDescriptor(resident: Resident): void {
  residents.add(resident)
  openDescriptors++
  if (openDescriptors > LEAST_DESCRIPTORS && openDescriptors > (descriptorLimit ??= findDescriptorLimit())) closeLeastUsed(resident, openDescriptors >> 2)
}

export function unbookDescriptor(): void {
  openDescriptors--
}

/** Gives back every descriptor but one's own: the process has run out of them. */
export function closeOthers(resident: Resident): void {
  closeLeastUsed(resident, residents.size)
}

export function forgetResident(resident: Resident): void {
  resident.dropBytes()
  resident.closeDescriptor()
  residents.delete(resident)
}

function evict(except: Resident): void {
  for (const resident of byAge((one) => one.kept > 0)) {
    // A quarter at once, so that this is rare.
    if (keptBytes <= MEMORY_BUDGET * 0.75) return
    if (resident !== except) resident.dropBytes()
  }
}

function closeLeastUsed(except: Resident, count: number): void {
  for (const resident of byAge((one) => one.descriptor >= 0)) {
    if (count <= 0) return
    if (resident === except) continue
    resident.closeDescriptor()
    count--
  }
}

/** Those that hold something, the least used first. What holds nothing any more is forgotten: it would make each round longer than the last. */
function byAge(holds: (resident: Resident) => boolean): Resident[] {
  const found: Resident[] = []
  for (const resident of residents) {
    if (holds(resident)) found.push(resident)
    else if (resident.kept === 0 && resident.descriptor < 0) residents.delete(resident)
  }
  return found.sort((a, b) => a.used - b.used)
}

/** A fair share of what the process may open; the rest is the program's. */
function findDescriptorLimit(): number {
  if (process.platform !== 'linux') return 192
  try {
    const limit = /^Max open files\s+(\d+|unlimited)/m.exec(files.readFile('/proc/self/limits').toString('latin1'))?.[1]
    return limit === 'unlimited' ? MOST_DESCRIPTORS : Math.max(LEAST_DESCRIPTORS, Math.min(MOST_DESCRIPTORS, Math.floor(Number(limit) / 4) || 0))
  } catch {
    return 192
  }
}
