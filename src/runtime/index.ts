/** The only thing that compiled code imports. */
export { call } from './call.ts'
export { define, own } from './define.ts'
export type { Compiled } from './define.ts'
export { locale } from './locale.ts'
export { off } from './mode.ts'
export { publishRoot } from './project.ts'
export { track, tracked } from './tracked.ts'
