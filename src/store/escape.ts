import { sha256 } from '../sha256.ts'

/** Longest segment in bytes that is written out in full; most file systems allow 255. */
const SEGMENT_LIMIT = 120
/** Longest run of directories, in bytes, that is written out in full; paths end at 4,096 bytes on Linux. */
const PATH_LIMIT = 1200
const PLAIN_PATTERN = /^[A-Za-z0-9_\-#$][A-Za-z0-9_\-.#$]*$/
/** Of a name in lower case: case folded by a pattern costs the start of a program a table. */
const RESERVED_PATTERN = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?:\.|$)/
const KEPT_ASCII = /[A-Za-z0-9_\-.#$~=,+@()[\]{}'!&;^ ]/
const LONE_SURROGATE = /[\ud800-\udfff]/u

export interface EscapeRules {
  /** Whether the file system tells `Train` from `train`. */
  caseSensitive: boolean
}

/**
 * A string as the name of a directory or file: legal and unique on every OS, and readable where it can be.
 *
 * Different strings give names that stay different when a file system folds case (with `caseSensitive: false`)
 * or normalises Unicode. `%` never stands in a name but as the start of an escape. Names never begin with `@`,
 * which is how the store's own files begin, so that a file never stands where a directory is needed.
 */
export function escapeSegment(text: string, rules: EscapeRules): string {
  const written = PLAIN_PATTERN.test(text) && !text.endsWith('.') && !isReserved(text) ? text : encode(text, rules)
  const cased = rules.caseSensitive ? written : markCase(written)
  return cased.length > SEGMENT_LIMIT / 3 && Buffer.byteLength(cased) > SEGMENT_LIMIT ? shorten(written, text) : cased
}

/** Undoes {@link escapeSegment}; `undefined` for a shortened name, from which the text can't be had back. */
export function unescapeSegment(name: string): string | undefined {
  if (!name.includes('%')) return name
  if (/%[gh]/.test(name)) return undefined
  const plain = name.replace(/%~[0-9a-f]+$/, '')
  if (plain === '%-') return ''
  let text = ''
  let bytes: number[] = []
  const flush = (): void => {
    text += Buffer.from(bytes).toString('utf8')
    bytes = []
  }
  for (let i = 0; i < plain.length; ) {
    if (plain[i] !== '%') {
      flush()
      text += plain[i++]!
    } else if (plain[i + 1] === 'u') {
      flush()
      text += String.fromCharCode(Number.parseInt(plain.slice(i + 2, i + 6), 16))
      i += 6
    } else {
      bytes.push(Number.parseInt(plain.slice(i + 1, i + 3), 16))
      i += 3
    }
  }
  flush()
  return text
}

/** The directories of a call's groups. Too many or too long ones become one directory with a hash for a name. */
export function escapeGroups(groups: readonly string[], rules: EscapeRules): string[] {
  const names = groups.map((group) => escapeSegment(group, rules))
  return totalLength(names) <= PATH_LIMIT ? names : [`%g${digest(JSON.stringify(groups))}`]
}

/**
 * The directories of a module and of a function in it. Only the module's own file has a dot or a final `%`, directories above it have
 * neither, so that no module's directory can be taken for a function's or a group's of another one.
 */
export function escapeFunction(module: string, name: string, rules: EscapeRules): string[] {
  const parts = module.split('/')
  const last = parts.pop()!
  const directories = parts.map((part) => escapeSegment(part, rules).replaceAll('.', '%2e'))
  const leaf = escapeSegment(last, rules)
  const names = [...directories, leaf.includes('.') ? leaf : `${leaf}%`, escapeSegment(name, rules)]
  return totalLength(names) <= PATH_LIMIT ? names : [`%g${digest(JSON.stringify([module, name]))}`]
}

function totalLength(names: readonly string[]): number {
  let length = 0
  for (const name of names) length += Buffer.byteLength(name) + 1
  return length
}

function encode(text: string, rules: EscapeRules): string {
  if (text === '') return '%-'
  // Two spellings of one character are one name to some file systems: the second spelling is written byte by byte.
  const keepUnicode = rules.caseSensitive && !LONE_SURROGATE.test(text) && text.normalize('NFC') === text
  let name = ''
  for (const char of text) {
    const code = char.codePointAt(0)!
    const kept = code < 0x80 ? KEPT_ASCII.test(char) : keepUnicode && isLetter(char)
    if (kept) name += char
    else if (code >= 0xd800 && code <= 0xdfff) name += `%u${code.toString(16)}`
    else name += percent(char)
  }
  if (name[0] === '@' || isReserved(name)) name = percent(name[0]!) + name.slice(1)
  if (/^\.+$/.test(name)) return name.replaceAll('.', '%2e')
  if (name[0] === ' ') name = percent(' ') + name.slice(1)
  const end = name.at(-1)!
  return end === '.' || end === ' ' ? name.slice(0, -1) + percent(end) : name
}

function isReserved(name: string): boolean {
  return RESERVED_PATTERN.test(name.toLowerCase())
}

let letter: RegExp | undefined

/** A letter, a digit or a mark of any script. As a literal the pattern's tables would be built whenever this file is parsed. */
function isLetter(char: string): boolean {
  letter ??= new RegExp('[\\p{L}\\p{N}\\p{M}]', 'u')
  return letter.test(char)
}

function percent(char: string): string {
  let name = ''
  for (const byte of Buffer.from(char)) name += `%${byte.toString(16).padStart(2, '0')}`
  return name
}

/** Where case is folded, the positions of upper-case letters are written behind the name. */
function markCase(name: string): string {
  let mask = 0n
  for (let i = 0; i < name.length; i++) {
    if (/[A-Z]/.test(name[i]!)) mask |= 1n << BigInt(i)
  }
  return mask === 0n ? name : `${name}%~${mask.toString(16)}`
}

function shorten(written: string, text: string): string {
  // Cut between characters and never inside of an escape.
  let head = ''
  for (const part of written.match(/%u[0-9a-f]{4}|%[0-9a-f]{2}|[^%]/gu) ?? []) {
    if (Buffer.byteLength(head) + Buffer.byteLength(part) > 40) break
    head += part
  }
  return `${head}%h${digest(text)}`
}

/** Lone surrogates are told apart by the UTF-16 form. */
function digest(text: string): string {
  return sha256(Buffer.from(text, 'utf16le')).slice(0, 32)
}
