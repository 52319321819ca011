import { describeObject } from './class-info.ts'
import { compressed, type CompressionOptions, squeeze } from './compression.ts'
import { fillHeaders } from './headers.ts'
import { asBuffer } from './memory.ts'
import { refuseBytes, refuseValue } from './refuse.ts'
import { splitStream } from './split-stream.ts'
import { openDirectory } from './stream-files.ts'
import { type StreamKind, streamKindOf, streamOf } from './stream-kinds.ts'
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

interface StreamedFacts {
  readonly response: ResponseFacts
  readonly stream: StreamKind
}

/**
 * Results of `fetch`: status, headers, body, and `url`, `redirected` and `type` of the original. The body goes
 * to the caller at once, and to disk as the caller reads on; it is kept when it was read to its end. What status counts is for
 * `cacheIf` to say.
 */
export function response(options: CompressionOptions = {}): Codec<Response> {
  const { compress } = options
  const codec: Codec<Response> = {
    name: 'response',
    encode(value) {
      checkResponse(value)
      const facts = factsOf(value)
      if (value.body === null) return pack(facts, new Uint8Array())
      // The clone is taken before the caller has the response.
      return value.clone().arrayBuffer().then((body) => pack(facts, new Uint8Array(body)))
    },
    decode: unpack,
  }
  return {
    ...compressed(codec, compress),
    split(value) {
      checkResponse(value)
      const { body } = value
      if (body === null) return undefined
      const facts = factsOf(value)
      const kind = streamKindOf(body)!
      return splitStream({
        stream: body as ReadableStream,
        kind,
        compress,
        facts: { response: facts, stream: kind } satisfies StreamedFacts,
        wrap: (stream) => makeResponse(facts, stream as ReadableStream),
        pack: (content) => squeeze(pack(facts, content), compress),
      })
    },
    load(directory) {
      const { facts, chunks } = openDirectory('response', directory)
      const { response: own, stream } = facts.value as StreamedFacts
      return makeResponse(own, streamOf(stream, chunks) as ReadableStream)
    },
  }
}

function checkResponse(value: unknown): asserts value is Response {
  if (!(value instanceof Response)) refuseValue('response', 'result', `is ${typeof value === 'object' && value !== null ? describeObject(value) : `a ${typeof value}`}`, 'Return the Response, or use another codec')
  if (value.bodyUsed || value.body?.locked) refuseValue('response', 'result', 'is a Response whose body has been read', 'Return it unread: response.clone()')
  if (value.status < 200) refuseValue('response', 'result', `is a Response of type ${value.type}`, 'Throw instead')
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
  const view = asBuffer(stored)
  let facts: ResponseFacts
  let start: number
  try {
    start = 4 + view.readUInt32LE()
    facts = JSON.parse(view.toString('utf8', 4, start)) as ResponseFacts
  } catch (cause) {
    refuseBytes('response', 'its head is damaged', cause)
  }
  return makeResponse(facts, facts.body ? Uint8Array.from(view.subarray(start)) : null)
}

function makeResponse(facts: ResponseFacts, body: ReadableStream | Uint8Array<ArrayBuffer> | null): Response {
  const { status, statusText, headers } = facts
  const response = new Response(body, { status, statusText })
  fillHeaders(response.headers, headers)
  return withFacts(response, facts)
}

/** These are accessors of the prototype; a clone has them too. */
function withFacts(made: Response, facts: ResponseFacts): Response {
  const { url, redirected, type } = facts
  for (const [name, value] of Object.entries({ url, redirected, type })) Object.defineProperty(made, name, { value, configurable: true })
  Object.defineProperty(made, 'clone', { value: () => withFacts(Response.prototype.clone.call(made), facts), configurable: true })
  return made
}
