import { createHash } from 'node:crypto'
import { subscribe } from 'node:diagnostics_channel'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { text as readText } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { bytes, configure, handle, response } from '../../src/index.ts'
import type { Lazy } from '../../src/index.ts'
import { INDEX, marked, sandbox, temporary, until } from './support.ts'

beforeEach(() => configure({ persistPath: temporary(), mode: undefined, onError: undefined }))
afterEach(() => void vi.restoreAllMocks())

/** A source that says how often it was asked. */
function counted(chunks: number, size = 50_000): { make(): Readable; asked: number; ended: boolean } {
  const source = {
    asked: 0,
    ended: false,
    make: () => Readable.from((async function* () {
      try {
        for (let i = 0; i < chunks; i++) {
          source.asked++
          yield Buffer.alloc(size, i)
        }
      } finally {
        source.ended = true
      }
    })(), { objectMode: false, highWaterMark: 1 }),
  }
  return source
}

const digest = async (stream: AsyncIterable<Uint8Array>): Promise<string> => {
  const sum = createHash('sha256')
  for await (const chunk of stream) sum.update(chunk)
  return sum.digest('hex')
}

describe('a stream', () => {
  it.each([3, 40])('is at its caller at once and in the store when it was read (%i chunks)', async (chunks) => {
    const source = counted(chunks)
    const expected = await digest(source.make())
    const fn = marked((_: number) => source.make(), { options: { codec: bytes() } })
    expect(await digest(fn(1))).toBe(expected)
    await until(() => handle(fn).has(1))
    const again = [fn(1), fn(1)]
    expect(await Promise.all(again.map(digest))).toEqual([expected, expected])
    expect(fn.calls).toBe(1)
  })

  it('is asked for no more than its caller reads', async () => {
    const source = counted(1000)
    const fn = marked(() => source.make(), { options: { codec: bytes() } })
    const reader = fn()[Symbol.asyncIterator]()
    for (let i = 0; i < 5; i++) await reader.next()
    expect(source.asked).toBeLessThan(15)
    await reader.return!()
  })

  it('that its caller leaves ends at its source, and is not kept or warned of', async () => {
    const warned = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    for (const chunks of [2, 1000]) {
      const source = counted(chunks)
      const fn = marked(() => source.make(), { options: { codec: bytes() } })
      const stream = fn()
      stream.destroy()
      const other = fn()
      const reader = other[Symbol.asyncIterator]()
      await reader.next()
      await reader.return!()
      await until(() => source.ended)
      expect(handle(fn).has()).toBe(false)
    }
    expect(warned).not.toHaveBeenCalled()
  })

  it('is computed once for callers that meet it on its way, each in its own time', async () => {
    const source = counted(40)
    const expected = await digest(source.make())
    const sync = marked(() => source.make(), { options: { codec: bytes() } })
    const first = sync()
    const reader = first[Symbol.asyncIterator]()
    await reader.next()
    expect(await digest(sync())).toBe(expected)
    expect(sync.calls).toBe(1)
    const rest = createHash('sha256').update(Buffer.alloc(50_000, 0))
    for (let next = await reader.next(); !next.done; next = await reader.next()) rest.update(next.value as Buffer)
    expect(rest.digest('hex')).toBe(expected)

    const later = marked(async () => source.make(), { async: true, options: { codec: bytes() } })
    const both = await Promise.all([later(), later()])
    expect(await digest(both[0]!)).toBe(expected)
    expect(await digest(both[1]!)).toBe(expected)
    expect(later.calls).toBe(1)
  })

  it('whose store fails goes on for its caller', async () => {
    const warned = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const source = counted(40)
    const expected = await digest(source.make())
    const fn = marked(() => source.make(), { options: { codec: bytes() } })
    const { store } = (fn(), fn.compiled)
    vi.spyOn(store!, 'put').mockImplementation(() => { throw Object.assign(new Error('full'), { code: 'ENOSPC' }) })
    expect(await digest(handle(fn).original())).toBe(expected)
    expect(await digest(handle(fn).rerun())).toBe(expected)
    expect(warned.mock.calls.flat().join()).toMatch(/full.*may not be kept/)
  })

  it('behind a lazy handle is read into the store at once', async () => {
    const source = counted(20)
    const expected = await digest(source.make())
    const later = marked(async () => source.make(), { async: true, options: { codec: bytes() } })
    const lazy = await handle(later).lazy() as unknown as Lazy<Promise<Readable>>
    expect(await handle(later).has()).toBe(true)
    expect(await digest(await lazy.load())).toBe(expected)
    const sync = marked(() => source.make(), { options: { codec: bytes() } })
    const now = handle(sync).lazy() as unknown as Lazy<Readable>
    expect(await digest(now.load())).toBe(expected)
    await until(() => handle(sync).has())
    expect(await digest(now.load())).toBe(expected)
    expect([later.calls, sync.calls]).toEqual([1, 1])
  })

  it('can be put, and stands for an element of a batch', async () => {
    const fn = marked(async (_: string) => Readable.from([Buffer.from('computed')], { objectMode: false }), { async: true, options: { codec: bytes() } })
    await handle(fn).put(['a'], Readable.from([Buffer.from('put')], { objectMode: false }))
    expect(await readText(await fn('a'))).toBe('put')
    const batch = marked(async (ids: string[]) => ids.map((id) => Readable.from([Buffer.from(id)], { objectMode: false })), { params: ['ids'], async: true, options: { codec: bytes(), batch: ['ids'] } })
    const read = async (ids: string[]): Promise<string[]> => Promise.all((await batch(ids)).map((stream) => readText(stream)))
    expect(await read(['x', 'y', 'x'])).toEqual(['x', 'y', 'x'])
    await until(() => batch.compiled.store!.entries()[Symbol.iterator]().next().done === false)
    expect(await read(['x', 'y'])).toEqual(['x', 'y'])
    expect(batch.calls).toBe(1)
  })

  it('that is damaged on disk is computed anew', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const source = counted(20)
    const expected = await digest(source.make())
    const fn = marked(() => source.make(), { options: { codec: bytes() } })
    const stored = new Promise((resolve) => subscribe('unplugin-persist:store', resolve))
    await digest(fn())
    await stored
    const { directory } = handle(fn).info
    const [file] = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('body'))
    const content = readFileSync(`${directory}/${file}`)
    content[500_000]! ^= 1
    writeFileSync(`${directory}/${file}`, content)
    expect(await digest(fn())).toBe(expected)
    expect(fn.calls).toBe(2)
  })
})

describe('a Response', () => {
  it('is kept by its body as its caller reads it', async () => {
    const body = 'x'.repeat(500_000)
    const fn = marked(async (id: number) => new Response(id === 0 ? null : body, { status: id === 0 ? 204 : 201, headers: { 'x-id': String(id) } }), { async: true, options: { codec: response() } })
    for (const id of [0, 1]) {
      const read = async (): Promise<unknown> => {
        const one = await fn(id)
        return [one.status, one.headers.get('x-id'), one.body === null, await one.text()]
      }
      const first = await read()
      await until(() => handle(fn).has(id))
      expect(await read()).toEqual(first)
    }
    expect(fn.calls).toBe(2)
  })
})

describe('across processes', () => {
  const program = (): ReturnType<typeof sandbox> => {
    const app = sandbox()
    app.write('main.ts', `
      import { Readable } from 'node:stream'
      import { bytes, handle, persist } from ${JSON.stringify(INDEX)}
      const MB = 1 << 20
      const [count, job] = process.argv.slice(2)
      let asked = 0
      function* chunks() { for (let i = 0; i < Number(count); i++) { asked++; yield Buffer.alloc(MB, i) } }
      const big = persist(() => Readable.from(chunks(), { objectMode: false, highWaterMark: MB }), { name: 'big', codec: bytes() })
      if (job === 'hold') {
        await big()[Symbol.asyncIterator]().next()
        console.log('"held"')
        setInterval(() => undefined, 1000)
      } else {
        const base = process.memoryUsage().rss
        let peak = base
        let size = 0
        for await (const chunk of big()) { size += chunk.length; peak = Math.max(peak, process.memoryUsage().rss) }
        while (!handle(big).has()) await new Promise((resolve) => setTimeout(resolve, 5))
        console.log(JSON.stringify({ asked, size: size / MB, grown: Math.round((peak - base) / MB) }))
      }
    `)
    return app
  }

  it('a stream is held in memory neither on a miss nor on a hit', async () => {
    const { run } = program()
    const lines = []
    for (const _ of [1, 2]) lines.push((await run('main.ts', { args: ['150'] })).lines[0])
    expect(lines).toMatchObject([{ asked: 150, size: 150 }, { asked: 0, size: 150 }])
    for (const { grown } of lines) expect(grown).toBeLessThan(100)
  }, 60_000)

  it('nobody waits for a caller that doesn\'t read on', async () => {
    const { start, run } = program()
    const holder = start('main.ts', { args: ['5', 'hold'] })
    try {
      await new Promise((resolve) => holder.stdout!.once('data', resolve))
      const { lines } = await run('main.ts', { args: ['5'] })
      expect(lines).toMatchObject([{ asked: 5, size: 5 }])
    } finally {
      holder.kill('SIGKILL')
    }
  }, 60_000)
})
