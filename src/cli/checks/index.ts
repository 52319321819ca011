import { checkCompiler } from './compiler.ts'
import { checkConfig } from './config.ts'
import { checkMarks } from './marks.ts'
import { checkNode } from './node.ts'
import { checkOrder } from './order.ts'
import { checkStore } from './store.ts'
import type { Check } from './types.ts'
import { checkVersions } from './versions.ts'

export type { Finding } from './types.ts'

/** Everything that `persist doctor` looks at, in its order. */
export const checks: readonly Check[] = [checkNode, checkVersions, checkConfig, checkStore, checkMarks, checkCompiler, checkOrder]
