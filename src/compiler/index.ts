export { createCompiler } from './compile.ts'
export { CompileError } from './report/diagnostics.ts'
export { createDiskHost } from './files/disk.ts'
export { MARK_PATTERN, mayHoldMark, MISSPELT_PATTERN } from './prefilter.ts'
export type {
  CompiledFunction,
  CompileHow,
  CompileMessage,
  Compiler,
  CompilerHost,
  CompilerOptions,
  CompileResult,
  CompileWarning,
  Dependency,
  WarningCode,
} from './types.ts'
