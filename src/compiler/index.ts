export { createCompiler } from './compile.ts'
export { CompileError } from './diagnostics.ts'
export { createDiskHost } from './disk.ts'
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
