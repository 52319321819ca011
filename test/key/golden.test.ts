import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const golden = JSON.parse(readFileSync(join(import.meta.dirname, 'golden.json'), 'utf8')) as Record<string, string>

describe('the encoding is pinned', () => {
  // `npm run test:nodes` and test/across-nodes.ts do the same on the other Node versions.
  it('gives the keys that it gave when it was released', () => {
    const output = execFileSync(process.execPath, ['--import', import.meta.resolve('tsx'), join(import.meta.dirname, 'print-golden.ts')], { encoding: 'utf8' })
    expect(JSON.parse(output)).toEqual(golden)
  })

  it('has no two equal ones', () => {
    expect(new Set(Object.values(golden)).size).toBe(Object.keys(golden).length)
  })
})
