/**
 * Calls a function with many inputs, and tells what came of it and which functions ran: `node child.mjs <entry> [later]`.
 * Prints one line of JSON.
 */
import { Session } from 'node:inspector'
import { fileURLToPath, pathToFileURL } from 'node:url'

const SAMPLES = [undefined, null, true, 0, 3, -2.5, '', 'abc', 'Some Words_here', '1.2.3', '>=1.2 <2', 'a=b&c[d]=e&c[f]=g', '--x=1 -y z', 'utf8', '2024-02-29T12:30:00Z', [3, 1, 2], [['a', 1]], { a: 1, b: { c: [2, 'd'] } }, new Date(86_400_000), /a+/g, (value) => value, Buffer.from('häß')]
const INPUTS = [[], ...SAMPLES.map((one) => [one]), ...SAMPLES.flatMap((one, i) => [1, 4, 9].map((step) => [one, SAMPLES[(i + step) % SAMPLES.length], SAMPLES[(i + 2 * step) % SAMPLES.length]]))]
const LONGEST = 20_000

/** The clock goes by another day, hour and minute: most that it tells is the same a moment later. */
if (process.argv[3] === 'later') {
  const ahead = 1_000 * (40 * 86_400 + 5 * 3_600 + 7 * 60 + 3)
  const now = () => performance.timeOrigin + performance.now() + ahead
  globalThis.Date = new Proxy(Date, {
    construct: (target, parts, made) => Reflect.construct(target, parts.length > 0 ? parts : [now()], made),
    apply: (target) => new target(now()).toString(),
    get: (target, key) => (key === 'now' ? now : target[key]),
  })
}

const session = new Session()
session.connect()
const post = (method, params) => {
  let answer
  session.post(method, params, (error, result) => (answer = result))
  return answer
}
post('Profiler.enable')
post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })
const loaded = await import(pathToFileURL(process.argv[2]).href)
const root = loaded.root ?? loaded.default.root
post('Profiler.takePreciseCoverage')

/** Names of functions are none of its business: a fingerprint takes them for names. */
function told(value, depth = 0, seen = new Set()) {
  if (typeof value === 'function') return 'function'
  if (typeof value !== 'object' || value === null) return `${typeof value} ${Object.is(value, -0) ? '-0' : String(value)}`
  if (seen.has(value) || depth > 5) return 'again'
  seen.add(value)
  if (value instanceof Date || value instanceof RegExp) return String(value.valueOf())
  if (value instanceof Error) return `error ${value.message}`
  if (ArrayBuffer.isView(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')
  if (value instanceof Map || value instanceof Set) return told([...value], depth + 1, seen)
  return `{${Object.keys(value).slice(0, 100).map((key) => `${key}:${told(Object.getOwnPropertyDescriptor(value, key).value, depth + 1, seen)}`).join()}}`
}

async function outcome(call) {
  try {
    const value = await call()
    return typeof value === 'function' ? `${told(value)} ${await outcome(() => told(value('abc', [1, 2])))}` : told(value)
  } catch (error) {
    return `threw ${error?.message}`
  }
}

const outcomes = []
for (const input of INPUTS) outcomes.push((await outcome(() => root(...structuredCloned(input)))).slice(0, LONGEST))

/** Whoever changes its input is not to change it for others. */
function structuredCloned(input) {
  return input.map((item) => (typeof item === 'function' ? item : item instanceof Buffer ? Buffer.from(item) : structuredClone(item)))
}

const ran = {}
for (const { url, functions } of post('Profiler.takePreciseCoverage').result) {
  const file = url.startsWith('file:') ? fileURLToPath(url) : url
  if (file.startsWith('/') || /^[A-Z]:/.test(file)) ran[file] = functions.map(({ ranges: [{ startOffset, endOffset, count }] }) => [startOffset, endOffset, count])
}
process.stdout.write(`${JSON.stringify({ outcomes, ran, inputs: (globalThis.inputs ?? []).map((value) => told(value).slice(0, LONGEST)) })}\n`, () => process.exit())
