import { dirname, join } from 'node:path'
import { getTsconfig } from 'get-tsconfig'
import type { Packages } from './packages.ts'
import type { CompilerHost } from './types.ts'

interface JsxOptions {
  jsx?: string
  jsxImportSource?: string
  jsxFactory?: string
  jsxFragmentFactory?: string
}

/** What JSX means in a file's project: the functions it becomes calls of, and the package they come from. */
export function jsxMeaning(file: string, host: CompilerHost, packages: Packages): string {
  const options = (getTsconfig(dirname(file))?.config.compilerOptions ?? {}) as JsxOptions
  const isClassic = options.jsx === 'react' || options.jsxFactory !== undefined
  if (isClassic) return `classic ${options.jsxFactory ?? 'React.createElement'} ${options.jsxFragmentFactory ?? 'React.Fragment'}`
  const source = options.jsxImportSource ?? 'react'
  const runtime = host.resolve(`${source}/jsx-runtime`, join(dirname(file), '_'))
  const identity = runtime === undefined ? undefined : packages.identify(runtime)
  return `automatic ${source} ${identity ? `${identity.version} ${identity.digest}` : ''}`
}
