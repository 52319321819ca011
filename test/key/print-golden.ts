// Prints the keys of golden-values.ts as JSON. `node --import tsx test/key/print-golden.ts > test/key/golden.json` pins them anew,
// which is right only together with a new KEY_EPOCH: every key of every user changes.
import { canonicalHash } from '../../src/codec/canonical.ts'
import { makeKey } from '../../src/runtime/key.ts'
import { goldenValues } from './golden-values.ts'

const keys: Record<string, string> = {}
for (const [name, value] of Object.entries(goldenValues)) keys[name] = canonicalHash(value)

const call = makeKey({
  descriptor: {
    v: 1,
    module: 'src/a.ts',
    name: 'train',
    fingerprint: '0123456789abcdef0123456789abcdef',
    project: { name: 'p', at: '' },
    params: ['dataset', 'opts', '...rest'],
    order: [1, 0, 2],
    captures: [{ name: 'limit' }, { name: 'client', provenance: 'p1' }],
  },
  options: { skip: ['opts.verbose'], key: { rest: (rest: number[]) => rest.length }, env: ['PERSIST_NO_SUCH_VARIABLE'] },
  self: undefined,
  values: ['MNIST', { lr: 0.1, verbose: true }, [1, 2]],
  captures: [5, new WeakMap()],
  known: () => undefined,
})
console.log(JSON.stringify({ ...keys, 'a call': call.key }, null, 2))
