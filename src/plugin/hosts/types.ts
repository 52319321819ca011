import type { UnpluginBuildContext, UnpluginContext, UnpluginOptions } from 'unplugin'
import type { HostContext } from '../transform.ts'

/** `this` in a transform: a host adds what it has. */
export type TransformThis = UnpluginBuildContext & UnpluginContext

/** What differs from host to host. */
export interface HostHooks {
  /** What the transform gets to know of this call. */
  context(self: TransformThis, id: string, rest: readonly unknown[]): HostContext
  /** Further hooks, and the host's own ones. */
  hooks: Partial<UnpluginOptions>
  /** Told when a build starts, with what the host passes. */
  started?(options: unknown): void
  /** A change of the file is taken up by a restart, which the host starts. */
  restartsOn?(file: string): boolean
  /** The host's resolver goes on with what it has read of the file, whatever becomes of it. */
  keeps?(file: string): boolean
  /** Config files can be added to what the host watches. */
  watchesConfig?: boolean
}
