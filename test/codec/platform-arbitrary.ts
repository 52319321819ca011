import fc from 'fast-check'
import { text } from './arbitrary.ts'

/** What a value of the platform is made of: two made of equal facts are alike. */
export interface Made<T, Facts> {
  readonly facts: Facts
  make(facts: Facts): T
}

export interface BlobFacts {
  readonly bytes: Uint8Array
  /** Where the bytes are cut into parts. */
  readonly cut: number
  readonly type: string
}

export interface FileFacts extends BlobFacts {
  readonly name: string
  readonly lastModified: number
}

const type = fc.constantFrom('', 'text/plain', 'text/plain;charset=utf-8', 'application/octet-stream')
const blobFacts: fc.Arbitrary<BlobFacts> = fc.record({ bytes: fc.uint8Array(), cut: fc.nat(20), type })
/** What the platform keeps as it is: no lone surrogates. */
const wellFormed = text.filter((name) => !/[\ud800-\udfff]/u.test(name))

const parts = ({ bytes, cut }: BlobFacts): Uint8Array<ArrayBuffer>[] => [Uint8Array.from(bytes.subarray(0, cut)), Uint8Array.from(bytes.subarray(cut))]
export const makeBlob = (facts: BlobFacts): Blob => new Blob(parts(facts), { type: facts.type })
export const makeFile = (facts: FileFacts): File => new File(parts(facts), facts.name, { type: facts.type, lastModified: facts.lastModified })

export const blobs: fc.Arbitrary<BlobFacts> = blobFacts
export const fileFacts: fc.Arbitrary<FileFacts> = fc.tuple(blobFacts, wellFormed, fc.nat()).map(([facts, name, lastModified]) => ({ ...facts, name, lastModified }))

/** Names and values of a form, in their order. */
export type FormFacts = readonly (readonly [name: string, value: string | FileFacts])[]
export const formFacts: fc.Arbitrary<FormFacts> = fc.array(fc.tuple(wellFormed, fc.oneof(wellFormed, fileFacts)), { maxLength: 4 })
export function makeForm(facts: FormFacts): FormData {
  const form = new FormData()
  for (const [name, value] of facts) form.append(name, typeof value === 'string' ? value : (makeFile(value) as never))
  return form
}

export interface ResponseFacts {
  readonly status: number
  readonly statusText: string
  readonly headers: readonly [string, string][]
  readonly body: Uint8Array | null
}
const token = fc.string({ unit: fc.constantFrom(...'abcxyz-019'), minLength: 1, maxLength: 8 })
export const headerFacts: fc.Arbitrary<[string, string][]> = fc.array(fc.tuple(token, fc.string({ unit: fc.constantFrom(...'abc ,;="\t\u00e9\u00ff'), maxLength: 8 })), { maxLength: 4 })
export const responseFacts: fc.Arbitrary<ResponseFacts> = fc.record({
  status: fc.constantFrom(200, 201, 204, 304, 404, 500, 599),
  statusText: fc.constantFrom('', 'OK', 'Not Found'),
  headers: headerFacts,
  body: fc.option(fc.uint8Array()),
}).map((facts) => (facts.status === 204 || facts.status === 304 ? { ...facts, body: null } : facts))
export const makeResponse = ({ body, headers, ...init }: ResponseFacts): Response => new Response(body && Uint8Array.from(body), { ...init, headers: headers as [string, string][] })
