import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { expect, it } from 'vitest'

it('the types hold what types.test-d.ts says of them', () => {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const file = ts.findConfigFile(root, ts.sys.fileExists, 'tsconfig.json')!
  const { options } = ts.parseJsonConfigFileContent(ts.readConfigFile(file, ts.sys.readFile).config, ts.sys, dirname(file))
  const statements = fileURLToPath(new URL('./types.test-d.ts', import.meta.url))
  const program = ts.createProgram([statements], { ...options, noEmit: true })
  const source = program.getSourceFile(statements)!
  const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
  expect(found.map(({ messageText, start }) => `${source.getLineAndCharacterOfPosition(start ?? 0).line + 1}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`)).toEqual([])
})
