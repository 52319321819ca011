// Decoding with structured() against JSON.parse and copying. Run: node --import tsx bench/codec.ts
import { deserialize, serialize } from 'node:v8'
import { structured } from '../src/codec/structured.ts'
import { expectWithin, measure, measureLarge, report } from './measure.ts'

const codec = structured()
const encode = (value: unknown): Uint8Array => codec.encode(value) as Uint8Array
/** What a clock of a busy machine blurs. */
const NOISE = 1.1

function plainObject(size: number): object {
  const users: object[] = []
  for (let i = 0; JSON.stringify(users).length < size; i++) {
    users.push({ id: i, name: `User number ${i}`, email: `user${i}@example.com`, score: i / 7, tags: ['a', 'b', `c${i}`], active: i % 2 === 0, address: { city: 'Berlin', zip: String(10_000 + i) } })
  }
  return { users, total: users.length }
}

const plain = plainObject(10_000)
const text = JSON.stringify(plain)
const encoded = encode(plain)
const asText = Buffer.from(text)
const decoding = measure([
  { name: 'JSON.parse of the bytes', run: () => JSON.parse(asText.toString()) },
  { name: 'structured', run: () => codec.decode(encoded) },
  { name: 'JSON.parse of the text', run: () => JSON.parse(text) },
  { name: 'v8.deserialize', run: ((bytes) => () => deserialize(bytes))(serialize(plain)) },
])
report('decode a plain object of 10 KB', decoding)
expectWithin(decoding, 'structured', NOISE)

const encoding = measure([
  { name: 'JSON.stringify to bytes', run: () => Buffer.from(JSON.stringify(plain)) },
  { name: 'structured', run: () => encode(plain) },
  { name: 'v8.serialize', run: () => serialize(plain) },
])
report('encode a plain object of 10 KB', encoding)

const floats = Float64Array.from({ length: 1_000_000 }, (_, i) => i * 1.1)
const floatBytes = encode(floats)
const copying = measureLarge([
  { name: 'copy', run: () => floats.slice() },
  { name: 'structured', run: () => codec.decode(floatBytes) },
])
report('decode a typed array of 8 MB', copying)
expectWithin(copying, 'structured', NOISE)

const rows = Array.from({ length: 20_000 }, (_, i) => ({ id: i, name: `row ${i}`, at: new Date(i), note: i % 3 ? undefined : 'x', ratio: i / 3 }))
const rowBytes = encode(rows)
const rowsByV8 = serialize(rows)
report('decode 20,000 rows with dates and undefined', measure([{ name: 'v8.deserialize', run: () => deserialize(rowsByV8) }, { name: 'structured', run: () => codec.decode(rowBytes) }]))
report('encode 20,000 rows with dates and undefined', measure([{ name: 'v8.serialize', run: () => serialize(rows) }, { name: 'structured', run: () => encode(rows) }]))
