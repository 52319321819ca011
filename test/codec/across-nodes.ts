/*
 * What one Node version encodes, every other decodes, and all give the pinned keys:
 *
 *   node --import tsx test/codec/across-nodes.ts 20 22 24 26
 *
 * Takes Node versions (which come from npm) or paths of Node binaries. With `encode DIRECTORY` or `decode DIRECTORY` it is one of its own children.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { registerClass } from '../../src/codec/class-registry.ts'
import { json } from '../../src/codec/json.ts'
import { structured } from '../../src/codec/structured.ts'
import type { Codec } from '../../src/codec/types.ts'
import { goldenValues } from '../key/golden-values.ts'
import { firstDifference } from './same.ts'

const { instance, 'functions of the language': _, 'symbol key': __, ...values } = goldenValues
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
