import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { escapeFunction, escapeGroups, escapeSegment, unescapeSegment } from '../../src/store/escape.ts'

const strict = { caseSensitive: true }
const folding = { caseSensitive: false }

/** Strings as they come, and such as are made to trip: many of few characters, so that twins are likely. */
const tricky = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('a', 'A', '.', '/', '%', '2', 'e', '@', '~', ' ', 'é', 'e\u0301', 'ß', 'K', 'ı', '\ud800', '\0', '\\', ':'), maxLength: 6 }),
  fc.constantFrom('con', 'CON', 'con.txt', 'nul', 'NUL.', 'com1', 'COM¹', 'lpt0', 'aux.c', '..', '.', '', ' ', 'a.', 'a ', '%41', '%h', '%-', '@x', '%~1'),
  fc.string({ minLength: 100, maxLength: 400 }),
)

/** As a file system sees a name that folds case and normalises. */
const seen = (name: string): string => name.normalize('NFD').toLowerCase().toUpperCase()

describe('a segment', () => {
  it.each([
    ['trainModel', 'trainModel'], ['train.ts', 'train.ts'], ['Repo#load', 'Repo#load'], ['$scope_1-x', '$scope_1-x'], ['größe', 'größe'],
    ['train~2', 'train~2'], ['[id]', '[id]'], ['models.linear.fit', 'models.linear.fit'],
  ])('is kept as it is: %s', (text, name) => expect(escapeSegment(text, strict)).toBe(name))

  it.each([
    ['..', '%2e%2e'], ['', '%-'], ['a/b', 'a%2fb'], ['a\\b', 'a%5cb'], ['C:', 'C%3a'], ['con', '%63on'], ['LPT1.txt', '%4cPT1.txt'],
    ['name.', 'name%2e'], ['@modal', '%40modal'], ['100%', '100%25'], ['\ud800', '%ud800'], ['a\0', 'a%00'],
  ])('is escaped: %j', (text, name) => expect(escapeSegment(text, strict)).toBe(name))

  it('is legal on every OS, never one of the store\'s own names, and never leads elsewhere', () => {
    fc.assert(fc.property(tricky, fc.constantFrom(strict, folding), (text, rules) => {
      const name = escapeSegment(text, rules)
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(160)
      expect(name).toMatch(/^[^@ <>:"/\\|?*\u0000-\u001f\u007f][^<>:"/\\|?*\u0000-\u001f\u007f]*$/)
      expect(name).not.toMatch(/[. ]$/)
      expect(name).not.toMatch(/^(?:con|prn|aux|nul|conin\$|conout\$|com\d|lpt\d)(?:\.|$)/i)
      expect(name.normalize('NFC')).toBe(name)
    }))
  })

  it('is unlike that of any other text, also where the file system folds case and Unicode forms', () => {
    fc.assert(fc.property(tricky, tricky, (a, b) => {
      fc.pre(a !== b)
      expect(escapeSegment(a, strict).normalize('NFD')).not.toBe(escapeSegment(b, strict).normalize('NFD'))
      expect(seen(escapeSegment(a, folding))).not.toBe(seen(escapeSegment(b, folding)))
    }), { numRuns: 5000 })
    const twins = ['é', 'e\u0301', 'É', 'E\u0301', 'K', '\u212a', 'ı', 'i', 'I', 'İ', 'ß', 'ẞ', 'ss', 'SS', 'ſ', 's', 'S']
    expect(new Set(twins.map((text) => seen(escapeSegment(text, folding)))).size).toBe(twins.length)
  })

  it('can be read back, but for shortened ones', () => {
    fc.assert(fc.property(tricky, fc.constantFrom(strict, folding), (text, rules) => {
      const back = unescapeSegment(escapeSegment(text, rules))
      if (back === undefined) expect(Buffer.byteLength(text)).toBeGreaterThan(10)
      else expect(back).toBe(text)
    }))
  })

  it('that is too long keeps its beginning and is told from others by a hash', () => {
    const a = escapeSegment(`${'x'.repeat(4000)}a`, strict)
    const b = escapeSegment(`${'x'.repeat(4000)}b`, strict)
    expect(a).toMatch(/^x{40}%h[0-9a-f]{32}$/)
    expect(a).not.toBe(b)
  })
})

describe('groups and functions', () => {
  const texts = fc.array(tricky, { maxLength: 6 })

  it('have paths of bounded length', () => {
    fc.assert(fc.property(fc.array(fc.string({ minLength: 100, maxLength: 300 }), { maxLength: 60 }), (groups) => {
      expect(Buffer.byteLength(escapeGroups(groups, strict).join('/'))).toBeLessThanOrEqual(1300)
      expect(Buffer.byteLength(escapeFunction([...groups, 'x.ts'].join('/'), 'f', strict).join('/'))).toBeLessThanOrEqual(1300)
    }), { numRuns: 50 })
  })

  it('never share a directory', () => {
    const path = (module: string, name: string, groups: readonly string[]): string =>
      [...escapeFunction(module, name, folding), ...escapeGroups(groups, folding)].map(seen).join('/')
    const modules = fc.constantFrom('a.ts', 'a.ts/b.ts', 'a', 'a/b', 'a.ts/f', 'A.ts', 'a/b.ts', '../a.ts', 'a%', 'f', 'a/f', 'b.ts', 'a.ts/a.ts')
    const names = fc.constantFrom('f', 'b.ts', 'F', 'f/g', 'g', 'a.ts', 'a', 'b', '..', '%')
    fc.assert(fc.property(modules, names, texts, modules, names, texts, (m1, n1, g1, m2, n2, g2) => {
      fc.pre(JSON.stringify([m1, n1, g1]) !== JSON.stringify([m2, n2, g2]))
      expect(path(m1, n1, g1)).not.toBe(path(m2, n2, g2))
    }), { numRuns: 5000 })
    expect(path('src/a.ts', 'b.ts', ['f'])).not.toBe(path('src/a.ts/b.ts', 'f', []))
    expect(path('src/a.ts', 'outer/inner', [])).not.toBe(path('src/a.ts', 'outer', ['inner']))
  })
})
