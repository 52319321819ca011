import MagicString from 'magic-string'
import type { SourceMap } from 'magic-string'

/** What a test file does to replace code, time or the network. What is computed meanwhile must not be read by anybody else. */
const REPLACING = 'mock|doMock|setMock|spyOn|stub[A-Z]\\w*|useFakeTimers|setSystemTime|unstable_mockModule|replaceProperty|enableAutomock'
const NODE_REPLACING = 'method|module|fn|getter|setter|property|timers'
/** Libraries that do it whatever the test runner. */
const LIBRARY_PATTERN = /\bsinon\s*\.\s*(?:stub|mock|replace\w*|useFake\w+|createSandbox)\b|\b(?:nock|setupServer|setGlobalDispatcher)(?=\s*\()/

/** What a test file holds that may mock: it is worth a look then. */
export const TEST_PATTERN: RegExp = new RegExp(`\\b(?:vitest|jest|node:test)\\b|\\bvi\\s*\\.|${LIBRARY_PATTERN.source}`)

/** The call by which a file mocks, as it stands there. */
export function findMock(code: string): string | undefined {
  const found = callOn(code, 'vi|vitest|jest', REPLACING) ?? (code.includes('node:test') ? callOn(code, 'mock', NODE_REPLACING) : undefined) ?? LIBRARY_PATTERN.exec(code)?.[0]
  return found?.replaceAll(/\s/g, '')
}

/** Why a file that mocks switches the cache off. */
export function usesMock(call: string): string {
  return `a test file uses ${call}`
}

/** A call of a method of one of several objects, which a file may have imported under other names. */
function callOn(code: string, objects: string, methods: string): string | undefined {
  const renamed = [...code.matchAll(new RegExp(`\\b(?:${objects})\\s*(?:\\bas\\b|:)\\s*([A-Za-z_]\\w*)`, 'g'))].map((match) => match[1]!)
  return new RegExp(`\\b(?:${[objects, ...renamed].join('|')})\\s*\\.\\s*(?:${methods})\\b`).exec(code)?.[0]
}

export interface Rewritten {
  code: string
  map: SourceMap
}

/**
 * How a file can switch the cache off. Test runners that hoist mocks above imports run the imported modules before the first
 * statement: there the first import has to do it.
 */
export type SwitchForm = 'hoisted' | 'module' | 'commonjs'

/**
 * Adds the line that switches the cache off in the worker that runs the file. It stands at the very beginning, so that no
 * line moves, or at the end where the file starts with a shebang.
 *
 * @param compiled What the compiler made of the file, where it has marks too.
 */
export function switchOff(code: string, file: string, reason: string, form: SwitchForm, compiled?: Rewritten): Rewritten {
  const line = switchLine(JSON.stringify(reason), form)
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

function switchLine(reason: string, form: SwitchForm): string {
  switch (form) {
    case 'hoisted': return `import ${JSON.stringify(`data:text/javascript,${encodeURIComponent(`(globalThis[Symbol.for('unplugin-persist')]??={}).off=${reason}`)}`)};`
    case 'module': return `import { off as __persist_off } from 'unplugin-persist/runtime';__persist_off(${reason});`
    case 'commonjs': return `require('unplugin-persist/runtime').off(${reason});`
  }
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
