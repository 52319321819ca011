import Module from 'node:module'
import type { LoadFnOutput, LoadHookContext } from 'node:module'
import process from 'node:process'

type Version = readonly [major: number, minor: number, patch: number]

const current: readonly number[] = process.versions.node.split('.').map((part) => Number.parseInt(part, 10))

/** Whether this Node has what was released in one of several lines: each holds for its major version, the last for all later ones too. */
function since(...versions: readonly Version[]): boolean {
  const last = versions.at(-1)!
  const line = versions.find(([major]) => major === current[0]) ?? (current[0]! > last[0] ? last : undefined)
  if (!line) return false
  const difference = current[0]! - line[0] || current[1]! - line[1] || current[2]! - line[2]
  return difference >= 0
}

/** A synchronous `load` hook. */
export type LoadHookSync = (url: string, context: LoadHookContext, nextLoad: (url: string, context?: LoadHookContext) => LoadFnOutput) => LoadFnOutput

/** What `node:module` has in later versions than our floor. */
interface LaterModule {
  registerHooks?(hooks: { load: LoadHookSync }): unknown
  enableCompileCache?(): unknown
  setSourceMapsSupport?(enabled: boolean, options: { nodeModules: boolean; generatedCode: boolean }): void
  stripTypeScriptTypes?(code: string, options: { mode: 'transform'; sourceMap: boolean; sourceUrl: string }): string
}

const later: LaterModule = Module as LaterModule

/**
 * Hooks that run synchronously on the thread of the program, for `import` and `require`. They came with 22.15 and 23.5, but
 * until these versions they could not be combined with asynchronous ones; tsx draws the same line.
 * https://nodejs.org/api/module.html#moduleregisterhooksoptions
 */
export const registerHooks: LaterModule['registerHooks'] = since([22, 22, 3], [24, 11, 1], [25, 1, 0], [26, 0, 0]) ? later.registerHooks : undefined

/**
 * Keeps compiled code on disk from one start to the next.
 * https://nodejs.org/api/module.html#moduleenablecompilecacheoptions
 */
export const enableCompileCache: LaterModule['enableCompileCache'] = later.enableCompileCache

/**
 * Turns source maps on without those of installed packages.
 * https://nodejs.org/api/module.html#modulesetsourcemapssupportenabled-options
 */
export const setSourceMapsSupport: LaterModule['setSourceMapsSupport'] = later.setSourceMapsSupport

/**
 * Drops TypeScript's types and keeps every position.
 * https://nodejs.org/api/module.html#modulestriptypescripttypescode-options
 */
export const stripTypeScriptTypes: LaterModule['stripTypeScriptTypes'] = later.stripTypeScriptTypes
