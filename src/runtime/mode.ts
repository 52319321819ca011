import process from 'node:process'
import type { Mode } from '../config/options.ts'
import type { Compiled } from './define.ts'
import type { Frame } from './frame.ts'
import { sharedRegistry } from './state.ts'

/** A run under V8's own coverage, or under nyc. */
const coverage = Boolean(process.env.NODE_V8_COVERAGE ?? process.env.NYC_CONFIG)

/** What code that Istanbul has instrumented (by nyc, Jest, a Babel or Vite plugin) counts in, from its first statement on. */
const counters = globalThis as { __coverage__?: unknown }

/** A run that collects coverage wants bodies to run. */
function isCovered(): boolean {
  return coverage || counters.__coverage__ !== undefined
}

/**
 * What a call does with the cache. `withMode` says it first, then the environment, the function and `configure()`; only
 * where none of them does, a test that mocks and a coverage run turn the cache off; then come the project's and the machine's config.
 */
export function modeOf(compiled: Compiled, frame: Frame | undefined): Mode {
  const laid = frame === undefined ? undefined : modeIn(frame)
  if (laid !== undefined) return laid
  if (!compiled.modeFixed && (sharedRegistry.off !== undefined || isCovered())) return 'off'
  return compiled.mode
}

/** What the innermost `withMode` or `withOptions` around says. */
export function modeIn(frame: Frame): Mode | undefined {
  for (let current: Frame | undefined = frame; current?.overrides; current = current.parent) {
    const mode = current.mode ?? current.options?.mode
    if (mode !== undefined) return mode
  }
  return undefined
}

/** Whether calls of a mode may change the store. Those of the others leave it as it is, statistics and all. */
export function mayWrite(mode: Mode): boolean {
  return mode !== 'read-only' && mode !== 'require'
}

/** Turns the cache off in this thread: what a test computes with mocks must not be read by anybody else. */
export function off(reason: string): void {
  sharedRegistry.off = reason
}
