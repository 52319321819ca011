import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const config = ts.findConfigFile(root, ts.sys.fileExists, 'tsconfig.json')!
const { options } = ts.parseJsonConfigFileContent(ts.readConfigFile(config, ts.sys.readFile).config, ts.sys, dirname(config))

it('the types hold what types.test-d.ts says of them', () => {
  const statements = fileURLToPath(new URL('./types.test-d.ts', import.meta.url))
  const program = ts.createProgram([statements], { ...options, noEmit: true })
  const source = program.getSourceFile(statements)!
  const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
  expect(found.map(({ messageText, start }) => `${source.getLineAndCharacterOfPosition(start ?? 0).line + 1}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`)).toEqual([])
})

it('an editor completes options, their values and the properties of parameters', () => {
  const file = fileURLToPath(new URL('./completed.ts', import.meta.url))
  let text = ''
  let version = 0
  const host: ts.LanguageServiceHost = {
    getScriptFileNames: () => [file],
    getScriptVersion: (name) => (name === file ? String(version) : '1'),
    getScriptSnapshot: (name) => {
      const content = name === file ? text : ts.sys.readFile(name)
      return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content)
    },
    getCurrentDirectory: () => root,
    getCompilationSettings: () => options,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: (name) => name === file || ts.sys.fileExists(name),
    readFile: ts.sys.readFile,
    readDirectory: ts.sys.readDirectory,
  }
  const service = ts.createLanguageService(host)
  /** What is offered where `|` stands. */
  const completed = (given: string): string[] => {
    const marked = `import { persist } from '../../src/index.ts'\nconst f = (options: { verbose: boolean; size: number }, rows: number[]) => options.size + rows.length\npersist(f, ${given})`
    text = marked.replace('|', '')
    version++
    return (service.getCompletionsAtPosition(file, marked.indexOf('|'), {})?.entries ?? []).map(({ name }) => name).sort()
  }
  expect(completed('{ | }')).toEqual(expect.arrayContaining(['batch', 'cacheIf', 'groupBy', 'key', 'maxAge', 'outFile', 'skip', 'validate']))
  for (const place of ["skip: ['|']", "groupBy: ['|']", "groupBy: [['|']]", "batch: ['|']", "outFile: '|'", 'key: { | }']) expect([place, completed(`{ ${place} }`)]).toEqual([place, ['size', 'verbose']])
  expect(completed("{ mode: '|' }")).toEqual(['cache', 'off', 'read-only', 'refresh', 'require'])
  expect(completed("{ onError: '|' }")).toEqual(['ignore', 'throw', 'warn'])
  expect(completed("{ durability: '|' }")).toEqual(['disk', 'process'])
  expect(completed("{ lockGranularity: '|' }")).toEqual(['call', 'func', 'global'])
}, 60_000)
