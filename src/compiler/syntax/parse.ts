import { parse, type ParserOptions, type ParserPlugin } from '@babel/parser'
import type { File } from '@babel/types'

/** How a file's text is read, by its extension. */
interface Syntax {
  typescript: boolean
  jsx: boolean
}

const SCRIPT_PATTERN = /\.([cm]?)([jt])s(x?)$/

/** Files that hold code of ours to read. Everything else (JSON, styles, text) is an asset. */
export function isScript(file: string): boolean {
  return SCRIPT_PATTERN.test(file)
}

function syntaxOf(file: string): Syntax {
  const match = SCRIPT_PATTERN.exec(file)
  const typescript = match?.[2] === 't'
  // `<T>value` and JSX can't both be read: in TypeScript the extension decides, in JavaScript JSX is common everywhere.
  return { typescript, jsx: !typescript || match?.[3] === 'x' }
}

const COMMON_PLUGINS: ParserPlugin[] = ['explicitResourceManagement', 'decoratorAutoAccessors', 'sourcePhaseImports', 'deferredImportEvaluation']

function optionsFor(file: string, legacyDecorators: boolean): ParserOptions {
  const { typescript, jsx } = syntaxOf(file)
  const plugins = [...COMMON_PLUGINS]
  if (typescript) plugins.push('typescript')
  if (jsx) plugins.push('jsx')
  if (legacyDecorators) plugins.splice(plugins.indexOf('decoratorAutoAccessors'), 1, 'decorators-legacy')
  else plugins.push(['decorators', { allowCallParenthesized: true }])
  return {
    plugins,
    sourceType: /\.m[jt]sx?$/.test(file) ? 'module' : 'unambiguous',
    allowReturnOutsideFunction: true,
    allowAwaitOutsideFunction: /\.[jt]sx?$/.test(file),
    allowImportExportEverywhere: false,
    allowUndeclaredExports: true,
    allowSuperOutsideMethod: true,
    allowNewTargetOutsideFunction: true,
    attachComment: false,
    createImportExpressions: true,
  }
}

/**
 * Reads a file's text into a syntax tree.
 *
 * @throws SyntaxError of the parser, with `loc`, where the text is no JavaScript or TypeScript
 */
export function parseModule(code: string, file: string): File {
  try {
    return parse(code, optionsFor(file, false))
  } catch (error) {
    // Parameter decorators and `@dec export class` exist only in TypeScript's older kind of decorators.
    if (!code.includes('@')) throw error
    try {
      return parse(code, optionsFor(file, true))
    } catch {
      throw error
    }
  }
}
