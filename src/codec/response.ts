import { compressed, type CompressionOptions } from './compression.ts'
import { describeObject } from './class-info.ts'
import { refuseBytes, refuseValue } from './refuse.ts'
import type { Codec } from './types.ts'

interface ResponseFacts {
  readonly status: number
  readonly statusText: string
  readonly headers: readonly [string, string][]
  readonly url: string
  readonly redirected: boolean
  readonly type: string
  /** A response without body is told from one with an empty body. */
  readonly body: boolean
}

/**
 * Results of `fetch`: status, headers, body, and `url`, `redirected` and `type` of the original. The whole body is read
 * and kept; the caller gets a response that can still be read. What status counts is for `cacheIf` to say.
 */
export function response(options: CompressionOptions = {}): Codec<Response> {
  const codec: Codec<Response> = {
    name: 'response',
    encode(value) {
      if (!(value instanceof Response)) refuseValue('response', 'result', `is ${typeof value === 'object' && value !== null ? describeObject(value) : `a ${typeof value}`}`, 'Return the Response, or use another codec')
      if (value.bodyUsed || value.body?.locked) refuseValue('response', 'result', 'is a Response whose body has been read', 'Return it unread: response.clone()')
      if (value.status < 200) refuseValue('response', 'result', `is a Response of type ${value.type}`, 'Throw instead')
      const facts = factsOf(value)
      // The clone is taken before the caller has the response.
      return value.clone().arrayBuffer().then((body) => pack(facts, new Uint8Array(body)))
    },
    decode: unpack,
  }
  return compressed(codec, options.compress)
}

function factsOf({ status, statusText, headers, url, redirected, type, body }: Response): ResponseFacts {
  return { status, statusText, headers: [...headers], url, redirected, type, body: body !== null }
}

function pack(facts: ResponseFacts, body: Uint8Array): Uint8Array {
  const text = Buffer.from(JSON.stringify(facts))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(text.length)
  return Buffer.concat([length, text, body])
}

function unpack(stored: Uint8Array): Response {
  const view = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength)
  let facts: ResponseFacts
  let start: number
  try {
    start = 4 + view.readUInt32LE()
    facts = JSON.parse(view.toString('utf8', 4, start)) as ResponseFacts
  } catch (cause) {
    refuseBytes('response', 'its head is damaged', cause)
  }
  const { status, statusText, headers, body } = facts
  const made = new Response(body ? Uint8Array.from(view.subarray(start)) : null, { status, statusText, headers: headers as [string, string][] })
  return withFacts(made, facts)
}

/** These are accessors of the prototype; a clone has them too. */
function withFacts(made: Response, facts: ResponseFacts): Response {
  const { url, redirected, type } = facts
  for (const [name, value] of Object.entries({ url, redirected, type })) Object.defineProperty(made, name, { value, configurable: true })
  Object.defineProperty(made, 'clone', { value: () => withFacts(Response.prototype.clone.call(made), facts), configurable: true })
  return made
}
