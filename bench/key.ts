// The key of a call against JSON.stringify and SHA-256, and against libraries that hash values. Run: node --import tsx bench/key.ts
import { hash } from 'node:crypto'
import nodeObjectHash from 'node-object-hash'
import objectHash from 'object-hash'
import { hash as ohash } from 'ohash'
import type { Descriptor } from '../src/descriptor.ts'
import { makeKey } from '../src/runtime/key.ts'
import { expectAhead, expectWithin, measure, report } from './measure.ts'

const FINGERPRINT = '0123456789abcdef0123456789abcdef'
const PEERS = ['ohash', 'object-hash', 'node-object-hash']
const { hash: sortedHash } = nodeObjectHash.hasher({ alg: 'sha256' })

function keyOf(values: readonly unknown[]): () => string {
  const descriptor: Descriptor = {
    v: 1,
    module: 'src/a.ts',
    name: 'f',
    fingerprint: FINGERPRINT,
    project: { name: 'bench', at: '' },
    params: values.map((_, index) => `p${index}`),
  }
  const options = {}
  const known = (): undefined => undefined
  return () => makeKey({ descriptor, options, self: undefined, values, captures: [], known }).key
}

function compare(title: string, values: readonly unknown[], base: { name: string; run(): unknown }, bound: number, budget?: number): void {
  const results = measure(
    [
      base,
      { name: 'persist', run: keyOf(values) },
      { name: 'ohash', run: () => ohash(values) },
      { name: 'object-hash', run: () => objectHash(values as unknown[], { algorithm: 'sha256' }) },
      { name: 'node-object-hash', run: () => sortedHash(values) },
    ],
    budget,
  )
  report(title, results)
  expectWithin(results, 'persist', bound)
  expectAhead(results, 'persist', PEERS)
}

const scalars = ['MNIST', 20]
compare('two scalars', scalars, { name: 'JSON.stringify + SHA-256', run: () => hash('sha256', JSON.stringify(scalars)) }, 1.5)

const config = Object.fromEntries(
  Array.from({ length: 150 }, (_, i) => [`option${(i * 7919) % 1000}`, i % 3 === 0 ? i : i % 3 === 1 ? `value ${i}` : i % 2 === 0]),
)
compare('an object of 150 keys', [config], { name: 'JSON.stringify + SHA-256', run: () => hash('sha256', JSON.stringify([config])) }, 2)

const floats = Float64Array.from({ length: 1_000_000 }, (_, i) => i * 1.1)
if (!process.argv.includes('--quick')) compare('a million-element Float64Array', [floats], { name: 'SHA-256', run: () => hash('sha256', floats) }, 1.1)

/** Kinds that have no bound of their own. */
function inform(title: string, value: unknown): void {
  report(title, measure([{ name: 'JSON.stringify + SHA-256', run: () => hash('sha256', JSON.stringify(value)) }, { name: 'persist', run: keyOf([value]) }]))
}

if (!process.argv.includes('--quick')) {
  inform('an array of a million numbers', Array.from(floats))
  inform('a table of 10,000 rows', Array.from({ length: 10_000 }, (_, i) => ({ id: i, name: `row ${i}`, ratio: i / 3, tags: ['a', 'b'] })))
  inform('100,000 texts', Array.from({ length: 100_000 }, (_, i) => `text number ${i}`))
}
