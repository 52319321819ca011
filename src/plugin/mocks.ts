import MagicString from 'magic-string'
import type { SourceMap } from 'magic-string'

/** What a test file does to replace code or time. What is computed meanwhile must not be read by anybody else. */
export const MOCK_PATTERN: RegExp = /\b(?:vi|vitest|jest)\s*\.\s*(?:mock|doMock|spyOn|stub[A-Z]\w*|useFakeTimers|unstable_mockModule|replaceProperty)\b/
const NODE_MOCK_PATTERN = /\bmock\s*\.\s*(?:method|module|fn|getter|setter|property|timers)\b/

/** The call by which a file mocks, as it stands there. */
export function findMock(code: string): string | undefined {
  const found = MOCK_PATTERN.exec(code) ?? (code.includes('node:test') ? NODE_MOCK_PATTERN.exec(code) : null)
  return found?.[0].replace(/\s/g, '')
}

export interface Rewritten {
  code: string
  map: SourceMap
}

/**
 * Adds the line that switches the cache off in the worker that runs the file. It stands at the very beginning, so that no
 * line moves, or at the end where the file starts with a shebang.
 *
 * @param compiled What the compiler made of the file, where it has marks too.
 */
export function switchOff(code: string, file: string, mock: string, format: 'module' | 'commonjs', compiled?: Rewritten): Rewritten {
  const reason = JSON.stringify(`a test file uses ${mock}`)
  const line = format === 'module'
    ? `import { off as __persist_off } from 'unplugin-persist/runtime';__persist_off(${reason});`
    : `require('unplugin-persist/runtime').off(${reason});`
  if (compiled) {
    if (compiled.code.startsWith('#!')) return { code: `${compiled.code}\n${line}\n`, map: compiled.map }
    compiled.map.mappings = shiftFirstLine(compiled.map.mappings, line.length)
    return { code: line + compiled.code, map: compiled.map }
  }
  const edit = new MagicString(code)
  if (code.startsWith('#!')) edit.append(`\n${line}\n`)
  else edit.prepend(line)
  return { code: edit.toString(), map: edit.generateMap({ source: file, includeContent: true, hires: 'boundary' }) }
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Moves what a map says of the first line to the right. Columns are relative to each other, so that only the first one changes. */
export function shiftFirstLine(mappings: string, columns: number): string {
  if (mappings === '' || mappings.startsWith(';')) return mappings
  let value = 0
  let end = 0
  for (let shift = 0; ; shift += 5) {
    const digit = BASE64.indexOf(mappings[end++]!)
    value |= (digit & 31) << shift
    if (!(digit & 32)) break
  }
  // A first column is never negative: its sign bit is zero.
  let rest = ((value >>> 1) + columns) << 1
  let encoded = ''
  do {
    const digit = rest & 31
    rest >>>= 5
    encoded += BASE64[rest > 0 ? digit | 32 : digit]
  } while (rest > 0)
  return encoded + mappings.slice(end)
}
