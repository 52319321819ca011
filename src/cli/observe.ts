import { subscribe } from 'node:diagnostics_channel'
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { threadId } from 'node:worker_threads'
import type { MissReason, PersistEvent } from '../runtime/events.ts'
import { noteMiss } from './observation.ts'
import type { Observation, ObservedFunction } from './observation.ts'

/*
 * Runs in each process and thread below `persist run`, which loads it through NODE_OPTIONS. It listens to what the runtime
 * publishes, sums it up, and leaves it in a directory where `persist run` collects it.
 */

const directory = process.env.PERSIST_OBSERVE
/** How long what is known may be unwritten, milliseconds: a killed process loses no more. */
const DELAY = 250

if (directory) observe(directory)

function observe(into: string): void {
  const records = process.env.PERSIST_OBSERVE_ENTRIES === '1'
  const observation: Observation = { pid: process.pid, thread: threadId, roots: [] }
  /** Calls that are under way: others may be made from them. A batch has several results to come. */
  const open = new Map<number, { node: ObservedFunction; pending: number; waits: boolean }>()
  const file = join(into, `${process.pid}-${threadId}.json`)
  let timer: NodeJS.Timeout | undefined

  const flush = (): void => {
    timer = undefined
    try {
      mkdirSync(into, { recursive: true })
      writeFileSync(`${file}.new`, JSON.stringify(observation))
      renameSync(`${file}.new`, file)
    } catch {
      // A report is no reason for the program to fail.
    }
  }
  const changed = (): void => {
    timer ??= setTimeout(flush, DELAY).unref()
  }
  process.on('exit', () => {
    if (observation.roots.length > 0) flush()
  })

  const nodeOf = (event: PersistEvent): ObservedFunction => {
    changed()
    const known = open.get(event.call)?.node
    if (known) return known
    const siblings = open.get(event.parent)?.node.children ?? observation.roots
    let node = siblings.find((other) => other.module === event.module && other.name === event.name && other.directory === event.directory)
    if (!node) {
      const { module, name, fingerprint, directory: own } = event
      node = { module, name, fingerprint, directory: own, hits: 0, misses: 0, stored: 0, refused: 0, waited: 0, adopted: 0, spent: 0, saved: 0, unkeyed: 0, missed: [], children: [] }
      siblings.push(node)
    }
    return node
  }
  const touch = (node: ObservedFunction, { key }: PersistEvent): void => {
    if (records && key) (node.keys ??= []).push(key)
  }
  const on = (name: string, listener: (event: PersistEvent) => void): void => {
    subscribe(`unplugin-persist:${name}`, (message) => listener(message as PersistEvent))
  }

  on('hit', (event) => {
    const node = nodeOf(event)
    node.hits++
    node.saved += event.duration ?? 0
    touch(node, event)
    if (open.get(event.call)?.waits) open.delete(event.call)
  })
  on('miss', (event) => {
    const node = nodeOf(event)
    node.misses++
    noteMiss(node, { why: (event.why ?? 'none') as MissReason, times: 1, arguments: event.arguments ? [event.arguments] : [] })
    const call = open.get(event.call)
    if (call) call.pending++
    else open.set(event.call, { node, pending: 1, waits: false })
  })
  // Who waited found it there, or computes after all.
  on('wait', (event) => {
    const call = open.get(event.call)
    const node = nodeOf(event)
    node.waited++
    if (call && !call.waits) {
      call.waits = true
      node.misses--
    }
  })
  const end = (event: PersistEvent): ObservedFunction => {
    const node = nodeOf(event)
    node.spent += event.duration ?? 0
    const call = open.get(event.call)
    if (call?.waits) {
      call.waits = false
      node.misses++
    }
    if (call && --call.pending === 0) open.delete(event.call)
    return node
  }
  on('store', (event) => {
    const node = end(event)
    node.stored++
    touch(node, event)
  })
  on('refuse', (event) => {
    const node = end(event)
    node.refused++
    node.why ??= event.why
    if (event.key === undefined) node.unkeyed++
  })
  on('adopt', (event) => {
    const node = nodeOf(event)
    node.adopted++
    node.from ??= event.why
  })
}
