import Module from 'node:module'
import { mayRewrite } from './gate.ts'
import { isOwnPath } from './source.ts'
import { onRewritten } from './rewritten.ts'

type Compile = (this: Module, content: string, filename: string, format?: string) => unknown

/**
 * CommonJS that no hook sees: tsx reads those files itself, and Node 20 gives them no source. All of them pass here
 * in the end, as JavaScript.
 */
export function wrapCompile(): void {
  const prototype = Module.prototype as unknown as { _compile: Compile }
  const compile = prototype._compile
  prototype._compile = function _compile(content, filename, format) {
    const rewritten = isOwnPath(filename)
      ? mayRewrite({ file: filename, source: content, format: format === 'module' ? 'module' : 'commonjs', typed: false })
      : undefined
    if (rewritten) onRewritten()
    return compile.call(this, rewritten?.code ?? content, filename, format)
  }
}
