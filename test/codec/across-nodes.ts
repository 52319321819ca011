/*
 * What one Node version encodes, every other decodes, and all give the pinned keys:
 *
 *   node --import tsx test/codec/across-nodes.ts 20 22 24 26      (as `npm run test:nodes` does)
 *
 * Takes Node versions (which come from npm) or paths of Node binaries. With `encode DIRECTORY` or `decode DIRECTORY` it is one of its own children.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { canonicalHash } from '../../src/codec/canonical.ts'
import { registerClass } from '../../src/codec/class-registry.ts'
import { json } from '../../src/codec/json.ts'
import { structured } from '../../src/codec/structured.ts'
import type { Codec } from '../../src/codec/types.ts'
import { goldenValues } from '../key/golden-values.ts'
import { firstDifference } from './same.ts'

const { instance, 'functions of the language': _, 'symbol key': __, 'dom exception': ___, 'hidden property': ____, ...values } = goldenValues
registerClass((instance as object).constructor as new () => object, {
  name: 'Point',
  encode: (point: object) => ({ ...point }),
  decode: (data: object) => Object.assign(Object.create(Object.getPrototypeOf(instance) as object) as object, data),
})
const samples: [name: string, codec: Codec, value: unknown][] = [
  ...Object.entries({ ...values, instance }).map(([name, value]): [string, Codec, unknown] => [name, structured(), value]),
  ['compressed', structured({ compress: 'gzip' }), values['a large mix']],
  ['json', json(), values.object],
]

const [command = '', directory = ''] = process.argv.slice(2)

if (command === 'encode') samples.forEach(([, codec, value], index) => writeFileSync(join(directory, String(index)), codec.encode(value) as Uint8Array))
else if (command === 'decode') {
  checkTemporal()
  samples.forEach(([name, codec, value], index) => {
    const difference = firstDifference(value, codec.decode(readFileSync(join(directory, String(index)))))
    // The stack of an error is its text as the writer had it.
    if (difference !== undefined && !difference.endsWith('(stack)')) fail(`${name}: ${difference} differs`)
  })
} else compareNodes(process.argv.slice(2))

function fail(message: string): void {
  console.log(`  FAILED ${process.version} ${message}`)
  process.exitCode = 1
}

/** Where Node has Temporal: each value comes back, and has a key of its own. */
function checkTemporal(): void {
  const { Temporal } = globalThis as { Temporal?: Record<string, { from(source: unknown): object & { toString(options: object): string } }> }
  if (!Temporal) return
  const codec = structured()
  const keys = new Map<string, string>()
  const sources: [name: string, source: unknown][] = [
    ['PlainDate', '2020-01-01'], ['PlainDate', '2020-01-01[u-ca=japanese]'], ['PlainTime', '01:02:03.123456789'], ['PlainDateTime', '2020-01-01T01:02[u-ca=hebrew]'],
    ['ZonedDateTime', '2020-10-25T02:30+01:00[Europe/Berlin]'], ['ZonedDateTime', '2020-10-25T02:30+02:00[Europe/Berlin]'], ['Instant', '2020-01-01T00:00:00.123456789Z'], ['PlainMonthDay', '01-01'],
    ['PlainYearMonth', '2020-01'], ['Duration', 'P1D'], ['Duration', 'PT24H'], ['Duration', 'PT1S'], ['Duration', { milliseconds: 1000 }], ['Duration', { nanoseconds: -1 }],
  ]
  for (const [name, source] of sources) {
    const label = `Temporal.${name} of ${JSON.stringify(source)}`
    const value = Temporal[name]!.from(source)
    const read = codec.decode(codec.encode({ value }) as Uint8Array) as { value: typeof value }
    const key = canonicalHash(value)
    if (canonicalHash(read.value) !== key || read.value.toString({}) !== value.toString({}) || Object.getPrototypeOf(read.value) !== Object.getPrototypeOf(value)) fail(`${label} differs`)
    if (keys.has(key)) fail(`${label} has the key of ${keys.get(key)}`)
    keys.set(key, label)
  }
  checkAny(Temporal, (value) => codec.decode(codec.encode(value) as Uint8Array))
}

/** The same of Temporal values that nobody chose: what reads back differs in nothing, and what differs in a nanosecond has another key. */
function checkAny(Temporal: Record<string, any>, copyOf: (value: unknown) => any): void {
  const fields = ['years', 'months', 'weeks', 'days', 'hours', 'minutes', 'seconds', 'milliseconds', 'microseconds', 'nanoseconds']
  const calendar = fc.constantFrom('iso8601', 'gregory', 'hebrew', 'japanese', 'islamic-civil')
  const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', '+05:45')
  // Of the very first day and the very last Temporal can't read its own text.
  const nanoseconds = fc.bigInt({ min: -8_639_900_000_000_000_000_000n, max: 8_639_900_000_000_000_000_000n })
  const zoned = fc.tuple(nanoseconds, zone, calendar).map(([at, where, by]) => new Temporal.ZonedDateTime(at, where, by))
  const kinds = ['toInstant', 'toPlainDate', 'toPlainTime', 'toPlainDateTime'] as const
  const months = fc.tuple(zoned, fc.constantFrom('toPlainYearMonth', 'toPlainMonthDay')).map(([value, kind]) => value.toPlainDate()[kind]())
  const any = fc.oneof(zoned, months, fc.tuple(zoned, fc.constantFrom(...kinds)).map(([value, kind]) => value[kind]()))
  const durations = fc.tuple(fc.constantFrom(1, -1), fc.array(fc.nat(10_000), { minLength: 10, maxLength: 10 })).map(([sign, fields]) => new Temporal.Duration(...fields.map((field) => sign * field)))
  try {
    fc.assert(fc.property(fc.oneof(any, durations), (value) => {
      const read = copyOf({ value, list: [value] })
      return read.value === read.list[0] && read.value !== value && String(read.value) === String(value) && canonicalHash(read.value) === canonicalHash(value)
        && Object.getPrototypeOf(read.value) === Object.getPrototypeOf(value)
    }), { numRuns: 2000 })
    fc.assert(fc.property(fc.oneof(zoned, zoned.map((value) => value.toInstant())), (value) => canonicalHash(value.add({ nanoseconds: 1 })) !== canonicalHash(value) && canonicalHash(String(value)) !== canonicalHash(value)), { numRuns: 1000 })
    fc.assert(fc.property(zoned, calendar, zone, (value, by, where) => (canonicalHash(value.withCalendar(by)) === canonicalHash(value)) === (by === value.calendarId) && (canonicalHash(value.withTimeZone(where)) === canonicalHash(value)) === (where === value.timeZoneId)), { numRuns: 1000 })
    fc.assert(fc.property(durations, fc.constantFrom(...fields), (value, field) => canonicalHash(value.with({ [field]: value[field] + (value.sign || 1) })) !== canonicalHash(value)), { numRuns: 1000 })
    // Whatever is told apart by its kind and its text has another key, and the same by both the same one.
    const identity = (value: any): string => `${value[Symbol.toStringTag]} ${value.toString({ calendarName: 'always' })}`
    fc.assert(fc.property(fc.oneof(any, months), fc.oneof(any, months), (a, b) => (identity(a) === identity(b)) === (canonicalHash(a) === canonicalHash(b))), { numRuns: 3000 })
  } catch (error) {
    fail(`Temporal: ${(error as Error).message}`)
  }
}

function compareNodes(given: readonly string[]): void {
  const root = mkdtempSync(join(tmpdir(), 'persist-nodes-'))
  const golden = JSON.parse(readFileSync(join(import.meta.dirname, '../key/golden.json'), 'utf8')) as Record<string, string>
  const nodes = given.map((name) => (/^\d+(?:\.\d+)*$/.test(name) ? execFileSync('npx', ['-y', '-p', `node@${name}`, 'node', '-p', 'process.execPath'], { encoding: 'utf8' }).trim() : name))
  const run = (node: string, ...args: string[]): string => execFileSync(node, ['--import', import.meta.resolve('tsx'), ...args], { encoding: 'utf8' })
  try {
    nodes.forEach((node, index) => {
      mkdirSync(join(root, String(index)))
      run(node, import.meta.filename, 'encode', join(root, String(index)))
      const keys = JSON.parse(run(node, join(import.meta.dirname, '../key/print-golden.ts'))) as Record<string, string>
      for (const name of Object.keys(golden)) if (keys[name] !== golden[name]) fail(`${node}: the key of ${name} is not the pinned one`)
    })
    nodes.forEach((reader, to) => nodes.forEach((_writer, from) => {
      process.stdout.write(run(reader, import.meta.filename, 'decode', join(root, String(from))))
      console.log(`${given[from]} → ${given[to]}: ${samples.length} values`)
    }))
  } catch (error) {
    fail(String((error as { stdout?: string }).stdout || error))
  } finally {
    rmSync(root, { recursive: true })
  }
}
