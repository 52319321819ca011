import process from 'node:process'
import { format } from 'node:util'

/** One topic of `DEBUG=persist:*`. Look at `enabled` before making arguments that cost something. */
export interface Debugger {
  (message: string, ...args: unknown[]): void
  readonly enabled: boolean
}

type Topic = 'call' | 'key' | 'project' | 'store'

const wanted = /persist|\*/.test(process.env.DEBUG ?? '')
let waiting: [topic: Topic, args: [string, ...unknown[]]][] = []
let printers: Record<Topic, (...args: [string, ...unknown[]]) => void> | undefined

// obug asks the terminal for its colours when it loads, which costs more than a whole run of a small script: only who debugs pays.
if (wanted) {
  // Written so that no bundler follows it: the chunk would forbid its users to build a single file.
  const library: string = ['obug'].join('')
  void (import(/* webpackIgnore: true */ /* @vite-ignore */ library) as Promise<typeof import('obug')>).then(({ createDebug }) => {
    const make = (topic: Topic): ((...args: [string, ...unknown[]]) => void) => createDebug(`persist:${topic}`)
    printers = { call: make('call'), key: make('key'), project: make('project'), store: make('store') }
    for (const [topic, args] of waiting) printers[topic](...args)
    waiting = []
  }, () => undefined)
  process.once('exit', () => {
    for (const [topic, args] of waiting) process.stderr.write(`persist:${topic} ${format(...args)}\n`)
  })
}

function createTopic(topic: Topic): Debugger {
  const print = (...args: [string, ...unknown[]]): void => {
    if (!wanted) return
    if (printers) printers[topic](...args)
    else waiting.push([topic, args])
  }
  return Object.assign(print, { enabled: wanted })
}

export const debug: Record<Topic, Debugger> = {
  call: createTopic('call'),
  key: createTopic('key'),
  project: createTopic('project'),
  store: createTopic('store'),
}
