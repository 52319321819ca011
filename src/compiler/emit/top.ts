import type MagicString from 'magic-string'
import type { ParsedModule } from '../bindings/record.ts'

/** Comments that mean something only at the very top of a file. */
const PRAGMA = /^\s*(?:\/\s*<|@ts-|@jsx)|@jsx(?:Runtime|ImportSource|Frag)?\s|@license|@preserve/

/** The file's first statement, on the line where it begins, so that no line moves. Directives, a shebang and pragmas stay before it. */
export function insertAtTop(edit: MagicString, parsed: ParsedModule, text: string): void {
  const { program, comments } = parsed.ast
  const { code } = parsed
  const lastDirective = program.directives.at(-1)
  if (lastDirective) {
    edit.appendRight(lastDirective.end!, `${code[lastDirective.end! - 1] === ';' ? '' : ';'} ${text}`)
    return
  }
  let at = program.interpreter ? endOfLine(code, program.interpreter.end!) : code.startsWith('\uFEFF') ? 1 : 0
  const first = program.body[0]?.start ?? code.length
  for (const comment of comments ?? []) {
    if (comment.start! >= first) break
    if (PRAGMA.test(comment.value)) at = comment.type === 'CommentLine' ? endOfLine(code, comment.end!) : comment.end!
  }
  edit.appendRight(at, text)
}

function endOfLine(code: string, from: number): number {
  const end = code.indexOf('\n', from)
  return end < 0 ? code.length : end + 1
}
