import { PersistError } from '../errors.ts'
import { ProgramDecoder } from './structured-decode.ts'
import { type Encoded, ProgramEncoder } from './structured-encode.ts'

/*
 * Bytes of a program: one byte of the format, four of the length of the text, the text (a JSON array in UTF-8), and then
 * what is binary.
 */
const HEAD = 5

/** Encodes what is not plain JSON; a promise where the value holds Blobs. */
export function encodeProgram(value: unknown, format: number): Uint8Array | Promise<Uint8Array> {
  const encoded = new ProgramEncoder('result').encode(value)
  const text = programText(encoded.program)
  const textLength = Buffer.byteLength(text)
  const bytes = Buffer.allocUnsafeSlow(HEAD + textLength + encoded.size)
  bytes[0] = format
  bytes.writeUInt32LE(textLength, 1)
  bytes.write(text, HEAD)
  return fill(bytes, HEAD + textLength, encoded)
}

/** JSON of arrays and scalars, also where somebody gave all objects a `toJSON`. */
function programText(items: readonly unknown[]): string {
  if (!('toJSON' in Array.prototype)) return JSON.stringify(items)
  return `[${items.map((item) => (Array.isArray(item) ? programText(item) : JSON.stringify(item))).join()}]`
}

function fill(bytes: Buffer, start: number, { chunks }: Encoded): Uint8Array | Promise<Uint8Array> {
  const waiting: Promise<void>[] = []
  for (const chunk of chunks) {
    if (!(chunk.bytes instanceof Blob)) bytes.set(chunk.bytes, start + chunk.offset)
    else waiting.push(chunk.bytes.arrayBuffer().then((content) => bytes.set(new Uint8Array(content), start + chunk.offset)))
  }
  return waiting.length === 0 ? bytes : Promise.all(waiting).then(() => bytes)
}

/** Where the text ends and what is binary begins. */
export function programEnd(bytes: Buffer): number {
  return HEAD + bytes.readUInt32LE(1)
}

/** @param memory What is binary lies in it, and nobody else has it: the value may stand on it. */
export function decodeProgram(head: Buffer, binary: Uint8Array, memory?: ArrayBuffer): unknown {
  const end = programEnd(head)
  if (end > head.byteLength) throw new PersistError('DECODE', 'A structured() value is cut short.')
  const program = JSON.parse(head.toString('utf8', HEAD, end)) as unknown[]
  return new ProgramDecoder(program, binary, memory).decode()
}
