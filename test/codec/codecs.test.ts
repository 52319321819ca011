import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { Readable } from 'node:stream'
import * as zlib from 'node:zlib'
import { tableFromArrays, Table } from 'apache-arrow'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { arrow, bytes, type Codec, csv, defineCodec, type DirectoryCodec, files, json, parquet, PersistError, response, structured, text } from '../../src/index.ts'
import { properties } from '../../src/codec/properties.ts'
import { anyValue } from './arbitrary.ts'
import { firstDifference } from './same.ts'

const root = mkdtempSync(join(tmpdir(), 'persist-codecs-'))
let count = 0
const directory = (): string => {
  const path = join(root, String(count++))
  mkdirSync(path)
  return path
}
afterAll(() => {
  execFileSync('chmod', ['-R', 'u+w', root])
  rmSync(root, { recursive: true })
})

const encode = <T>(codec: Codec<T>, value: T): Uint8Array => codec.encode(value) as Uint8Array
const again = <T>(codec: Codec<T>, value: T): T => codec.decode(encode(codec, value))
/** What a call does with a stream: the caller's half, and a way to read back what was kept. */
function keepStream(codec: Codec, value: unknown): { forCaller: unknown; read(): Promise<unknown> } {
  const split = codec.split!(value)!
  const path = directory()
  let written: Promise<void> | undefined
  const kept = split.collect((write) => {
    written = write(path)
    written.catch(() => undefined)
  })
  kept.catch(() => undefined)
  return {
    forCaller: split.forCaller,
    async read() {
      const small = await kept
      await written
      expect(small === undefined).toBe(written !== undefined)
      return small ? codec.decode(small) : codec.load!(path)
    },
  }
}

function canReadBytes(stream: ReadableStream): boolean {
  try {
    stream.getReader({ mode: 'byob' }).releaseLock()
    return true
  } catch {
    return false
  }
}

const refusal = (run: () => unknown): { code: string; path?: string; message: string } => {
  try {
    run()
  } catch (error) {
    expect(error).toBeInstanceOf(PersistError)
    return error as PersistError
  }
  throw new Error('was not refused')
}

describe('json()', () => {
  it('is plain JSON text, indented on demand', () => {
    const value = { b: [1, 'ä', null], a: { c: true } }
    expect(Buffer.from(encode(json(), value)).toString()).toBe(JSON.stringify(value))
    expect(Buffer.from(encode(json({ pretty: true }), value)).toString()).toBe(`${JSON.stringify(value, null, 2)}\n`)
    expect(json().extension).toBe('.json')
    expect(json({ pretty: true }).decode(encode(json(), value))).toEqual(value)
  })

  it('gives back exactly what it takes, and takes what structured() keeps as JSON', () => {
    fc.assert(fc.property(anyValue, (value) => {
      const isPlain = encode(structured(), value)[0] === 'J'.charCodeAt(0)
      if (isPlain) expect(firstDifference(value, again(json(), value))).toBeUndefined()
      else expect(refusal(() => json().encode(value))).toMatchObject({ code: 'VALUE' })
    }), { numRuns: 1000 })
  })

  const one = {}
  it.each<[unknown, string, string]>([
    [{ a: [1, undefined] }, 'result.a[1]', 'is undefined'], [{ a: Number.NaN }, 'result.a', 'is NaN'], [[-0], 'result[0]', 'is -0'], [[one, one], 'result[1]', 'is the same object as result[0]'], [{ at: new Date(0) }, 'result.at', 'is a Date'],
    [[1n], 'result[0]', 'is a bigint'], [new Array(1), 'result[0]', 'is a hole'], [new Map(), 'result', 'is a Map'], [{ f() {} }, 'result.f', 'is a function'], [Object.freeze({}), 'result', 'frozen'], [{ get a() { return 1 } }, 'result.a', 'accessor'],
    [Object.defineProperty(Array.from({ length: 100 }, String), 80, { get: () => '80' }), 'result[80]', 'accessor'],
    [{ [Symbol.for('s')]: 1 }, 'result[Symbol.for("s")]', 'symbol'], [Object.assign([1], { x: 1 }), 'result.x', 'further property'],
  ])('refuses what JSON would change: %o', (value, path, what) => {
    const error = refusal(() => json().encode(value))
    expect(error).toMatchObject({ code: 'VALUE', path })
    expect(error.message).toContain(`${path} is`)
    expect(error.message).toContain(what)
  })

  it('refuses damaged files', () => {
    expect(refusal(() => json().decode(Buffer.from('{"a":')))).toMatchObject({ code: 'DECODE' })
  })
})

describe('text()', () => {
  it('is UTF-8, with any extension', () => {
    for (const value of ['', 'abc', 'ä€𝄞', '\ufeffwith a mark', '\0']) expect(again(text(), value)).toBe(value)
    expect(Buffer.from(encode(text({ extension: '.md' }), 'ä'))).toEqual(Buffer.from('ä'))
    expect(text({ extension: '.md' }).extension).toBe('.md')
  })

  it('refuses what is no text', () => {
    expect(refusal(() => text().encode(5 as never)).message).toContain('is no string but a number')
    expect(refusal(() => text().encode('a\ud800')).message).toContain('lone surrogate')
  })
})

describe('compression', () => {
  it('gives back what all but vanishes, and takes for damage what unpacks to far more than it could have been made of', () => {
    const codec = structured({ compress: 'brotli' })
    const zeros = new Uint8Array(20 * 2 ** 20)
    const stored = codec.encode(zeros) as Uint8Array
    expect(stored.length).toBeLessThan(zeros.length / 500)
    expect(Buffer.from(codec.decode(stored) as Uint8Array).equals(zeros)).toBe(true)
    const params = { [zlib.constants.BROTLI_PARAM_QUALITY]: 5 }
    // Of zstd, which not every Node has, the same: some kilobytes of it unpack to as many megabytes.
    const { zstdCompressSync } = zlib as unknown as { zstdCompressSync?: typeof zlib.gzipSync }
    for (const forged of [zlib.brotliCompressSync(zeros, { params }), ...(zstdCompressSync ? [zstdCompressSync(zeros)] : [])]) {
      for (const one of [codec, json({ compress: 'brotli' }), bytes({ compress: true })]) {
        expect(forged.length).toBeLessThan(20_000)
        expect(refusal(() => one.decode(forged))).toMatchObject({ code: 'DECODE', message: expect.stringContaining('decompressed') as string })
      }
    }
  })

  const value = { list: Array.from({ length: 500 }, (_, i) => ({ name: 'the same text', i: i % 3 })) }
  it.each<[string, Codec]>([
    ['structured', structured({ compress: true })], ['json gzip', json({ compress: 'gzip' })], ['json brotli', json({ compress: 'brotli', pretty: true })], ['structured brotli', structured({ compress: 'brotli' })],
  ])('%s is smaller and comes back', (_, codec) => {
    expect(encode(codec, value).length).toBeLessThan(JSON.stringify(value).length / 5)
    expect(again(codec, value)).toEqual(value)
    expect(refusal(() => codec.decode(Buffer.from('not compressed')))).toMatchObject({ code: 'DECODE' })
  })

  it('is a file that usual tools read', () => {
    const codec = json({ compress: 'gzip' })
    expect(codec.extension).toBe('.json.gz')
    expect(JSON.parse(zlib.gunzipSync(encode(codec, value)).toString())).toEqual(value)
  })

  it('is part of the name, the same whichever algorithm `true` means', () => {
    expect([structured({ compress: true }).name, json({ compress: 'gzip' }).name, json().name]).toEqual(['structured+compressed', 'json+gzip', 'json'])
  })

  it('refuses algorithms that there are not', () => {
    expect(refusal(() => json({ compress: 'zip' as never }))).toMatchObject({ code: 'OPTION' })
  })

  it('works for what is encoded through a promise', async () => {
    const codec = bytes({ compress: true })
    const read = codec.decode(await codec.encode(new Blob(['abc'.repeat(100)]))) as Blob
    expect(await read.text()).toBe('abc'.repeat(100))
  })
})

describe('bytes()', () => {
  const memory = Uint8Array.from({ length: 32 }, (_, i) => i)
  it.each<[string, NodeJS.ArrayBufferView | ArrayBuffer]>([
    ['Buffer', Buffer.from('hello')], ['Uint8Array', memory], ['a window', memory.subarray(3, 7)], ['Float64Array', new Float64Array([1, -0, Number.NaN])], ['BigInt64Array', new BigInt64Array([-1n])], ['DataView', new DataView(memory.buffer, 4, 8)],
    ['ArrayBuffer', memory.slice().buffer], ['nothing', new Uint8Array(0)],
  ])('%s', (_, value) => {
    const stored = encode(bytes(), value)
    const read = bytes().decode(stored)
    expect(firstDifference(value, read)).toBeUndefined()
    const memoryOf = read instanceof ArrayBuffer ? read : (read as Uint8Array).buffer
    expect(memoryOf).not.toBe(stored.buffer)
    expect(memoryOf.byteLength).toBe(value.byteLength)
  })

  it('Blob and File', async () => {
    const blob = bytes().decode(await bytes().encode(new Blob(['ab'], { type: 'a/b' }))) as Blob
    expect([await blob.text(), blob.type, Object.getPrototypeOf(blob) === Blob.prototype]).toEqual(['ab', 'a/b', true])
    const file = bytes().decode(await bytes().encode(new File(['ab'], 'ä.txt', { lastModified: 7 }))) as File
    expect([await file.text(), file.name, file.lastModified]).toEqual(['ab', 'ä.txt', 7])
  })

  const patterned = (size: number): Buffer => Buffer.from(Uint8Array.from({ length: size }, (_, i) => (i * 7) % 251))
  const webOf = (chunks: unknown[], type?: 'bytes'): ReadableStream => new ReadableStream({ type, start(controller: ReadableStreamDefaultController) { for (const chunk of chunks) controller.enqueue(chunk); controller.close() } } as never)
  const texts = ['a', 'ä', '', '𝄞', 'x'.repeat(200_000), 'end']
  it.each<[string, () => ReadableStream | Readable]>([
    ['a small ReadableStream', () => webOf([new Uint8Array([1, 2]), new Uint8Array([3])])],
    ['a ReadableStream of nothing', () => webOf([])],
    ['a ReadableStream of bytes', () => webOf([new Uint8Array([1, 2]), new Uint8Array(300_000).fill(7)], 'bytes')],
    ['the stream of a Blob', () => new Blob([patterned(1_000_000)]).stream() as ReadableStream],
    ['a large ReadableStream of Buffers', () => webOf([Buffer.from('ab'), patterned(500_000), Buffer.from('c')])],
    ['a ReadableStream of texts', () => webOf(texts)],
    ['a small Node stream', () => Readable.from([Buffer.from('ab'), Buffer.from('c')], { objectMode: false })],
    ['a Node stream of nothing', () => Readable.from([])],
    ['a large Node stream', () => Readable.from([patterned(500_000), patterned(500_000)], { objectMode: false })],
    ['a Node stream of messages', () => Readable.from(texts)],
    ['a Node stream of Buffers as messages', () => Readable.from([Buffer.from('ab'), patterned(200_000), Buffer.from('')])],
    ['a Node stream with an encoding', () => Readable.from([Buffer.from('aä𝄞'.repeat(50_000))], { objectMode: false }).setEncoding('utf8')],
  ])('%s goes to its caller and comes back as it was', async (_, make) => {
    const show = (chunk: Uint8Array | string): string => `${typeof chunk === 'string' ? 'text' : chunk.constructor.name} ${chunk.length} ${createHash('sha256').update(chunk).digest('hex')}`
    const collect = async (stream: unknown): Promise<string[]> => {
      const chunks: (Uint8Array | string)[] = []
      for await (const chunk of stream as AsyncIterable<Uint8Array>) chunks.push(chunk)
      const isUncut = stream instanceof Readable ? !stream.readableObjectMode : isOfBytes
      return isUncut ? [show(typeof chunks[0] === 'string' ? chunks.join('') : Buffer.concat(chunks as Uint8Array[]))] : chunks.map(show)
    }
    const probe = make()
    const isOfBytes = probe instanceof ReadableStream && canReadBytes(probe)
    const plain = await collect(make())
    for (const codec of [bytes(), bytes({ compress: 'gzip' })]) {
      const { forCaller, read } = keepStream(codec, make())
      expect(await collect(forCaller)).toEqual(plain)
      for (let i = 0; i < 2; i++) {
        const again = (await read()) as ReadableStream | Readable
        expect(again instanceof ReadableStream).toBe(probe instanceof ReadableStream)
        if (again instanceof ReadableStream) expect(canReadBytes(again)).toBe(isOfBytes)
        else expect([again.readableObjectMode, again.readableEncoding]).toEqual([(probe as Readable).readableObjectMode, (probe as Readable).readableEncoding])
        expect(await collect(again)).toEqual(plain)
      }
    }
  })

  it('a stream that fails is not kept, and fails for the caller', async () => {
    for (const size of [1, 500_000]) {
      const { forCaller, read } = keepStream(bytes(), Readable.from((async function* () { yield patterned(size); throw new Error('broken') })(), { objectMode: false }))
      await expect((async () => { for await (const _ of forCaller as Readable); })()).rejects.toThrow('broken')
      await expect(read()).rejects.toThrow(/a stream that failed: broken/)
    }
  })

  it('a stream of what is no bytes reaches its caller, and is not kept', async () => {
    for (const first of [Buffer.from('a'), patterned(500_000)]) {
      const objects = [first, { a: 1 }, Buffer.from('b'), 'c']
      const { forCaller, read } = keepStream(bytes(), Readable.from(objects))
      const chunks: unknown[] = []
      for await (const chunk of forCaller as Readable) chunks.push(chunk)
      expect(chunks.every((chunk, i) => chunk === objects[i])).toBe(true)
      await expect(read()).rejects.toThrow(/neither bytes nor text/)
    }
  })

  it('readers of one stream each get all of it, whoever is first, and the last one to leave ends it', async () => {
    let asked = 0
    const source = (): Readable => Readable.from((async function* () { for (; asked < 40; asked++) yield patterned(20_000) })(), { objectMode: false, highWaterMark: 1 })
    const split = bytes().split!(source())!
    const kept = split.collect(() => undefined)
    kept.catch(() => undefined)
    const [slow, fast] = [split.forCaller, split.another()].map((stream) => (stream as Readable)[Symbol.asyncIterator]())
    let read = 0
    for (let i = 0; i < 10; i++) read += ((await fast!.next()).value as Buffer).length
    expect(((await slow!.next()).value as Buffer).equals(patterned(20_000))).toBe(true)
    expect(asked).toBeLessThan(25)
    await fast!.return!()
    expect(read).toBe(200_000)
    await slow!.return!()
    const before = asked
    await new Promise((resolve) => setImmediate(resolve))
    expect(asked).toBe(before)
    await expect(kept).rejects.toThrow()
    expect(split.another()).toBeUndefined()
  })

  it('refuses a stream that its caller reads, and what is no bytes', () => {
    expect(refusal(() => bytes().encode(new ReadableStream()))).toMatchObject({ code: 'VALUE', path: 'result' })
    expect(bytes().split!(Buffer.from('a'))).toBeUndefined()
    expect(refusal(() => bytes().encode('text')).message).toContain('is a string')
    expect(refusal(() => bytes().encode({})).message).toContain('is an object')
    expect(refusal(() => bytes().encode(new (class Own extends Uint8Array {})(1))).message).toContain('an instance of Own')
    expect(refusal(() => bytes().encode(new Uint8Array(new SharedArrayBuffer(1)))).message).toContain('shared')
  })

  it('with an extension is a file of nothing but the bytes', () => {
    const codec = bytes({ extension: '.png' })
    const stored = encode(codec, Buffer.from([1, 2, 3]))
    expect([...stored]).toEqual([1, 2, 3])
    expect(codec.decode(stored)).toEqual(Buffer.from([1, 2, 3]))
    expect(refusal(() => codec.encode(new Uint8Array(1))).message).toContain("as: 'Uint8Array'")
    expect(again(bytes({ extension: '.bin', as: 'Uint8Array' }), new Uint8Array([1]))).toEqual(new Uint8Array([1]))
  })
})

describe('csv()', () => {
  const rows = [{ id: 1, name: 'a "quoted", text\nof lines', ok: true, big: 12n, none: null }, { id: -0.5, name: '', ok: false, big: -1n, none: 'true' }, { id: -0, name: '5', ok: true, big: 0n, none: 3 }]
  it('is a table that people read', () => {
    expect(Buffer.from(encode(csv(), [{ id: 1, name: 'x,y' }])).toString()).toBe('"id","name"\n1,"x,y"\n')
    expect(Buffer.from(encode(csv({ delimiter: ';' }), [{ id: 1, name: 'x' }])).toString()).toBe('"id";"name"\n1;"x"\n')
    expect(csv().extension).toBe('.csv')
  })

  it('gives back each cell in its type', () => {
    expect(firstDifference(rows, again(csv(), rows))).toBeUndefined()
    for (const edge of [[], [{}], [{}, {}], [{ a: Number.NaN, b: Infinity, c: -Infinity, d: 1e21, e: 5e-324 }], [{ '': 1, '5': 'x' }], [{ a: 1 }], [{ '0': 1 }]]) expect(firstDifference(edge, again(csv(), edge))).toBeUndefined()
  })

  it('for any rows of scalars', () => {
    const cell = fc.oneof(fc.string({ unit: 'grapheme' }), fc.double(), fc.integer(), fc.boolean(), fc.bigInt(), fc.constant(null), fc.constantFrom('null', 'true', '1', '1n', ' ', '\r\n', '"', '=1+1', '\ufeff'))
    const table = fc.uniqueArray(fc.string(), { maxLength: 4 }).chain((names) => fc.array(fc.tuple(...names.map(() => cell)).map((cells) => Object.fromEntries(names.map((name, i) => [name, cells[i]]))), { maxLength: 4 }))
    fc.assert(fc.property(table, (value) => {
      expect(firstDifference(value, again(csv(), value))).toBeUndefined()
    }), { numRuns: 500 })
  })

  it.each<[unknown, string]>([
    ['x', 'result'], [[1], 'result[0]'], [[{ a: 1 }, { b: 1 }], 'result[1].b'], [[{ a: 1 }, {}], 'result[1]'], [[{ a: undefined }], 'result[0].a'], [[{ a: {} }], 'result[0].a'], [[{ a: new Date(0) }], 'result[0].a'], [[{ a: 1, b: 2 }, { b: 2, a: 1 }], 'result[1].b'],
    [[{ a: '\ud800' }], 'result[0].a'],
  ])('refuses what is no table: %j', (value, path) => {
    expect(refusal(() => csv().encode(value as never))).toMatchObject({ code: 'VALUE', path })
  })
})

describe('arrow()', () => {
  it('gives a table back that shares nothing with the bytes', () => {
    const table = tableFromArrays({ id: Int32Array.from([1, 2, 3]), name: ['a', 'b', null] })
    const stored = Buffer.from(encode(arrow(), table))
    const read = arrow().decode(stored) as typeof table
    stored.fill(0)
    expect(read).toBeInstanceOf(Table)
    expect(read.schema.toString()).toBe(table.schema.toString())
    expect(read.toArray().map((row) => ({ ...row?.toJSON() }))).toEqual([{ id: 1, name: 'a' }, { id: 2, name: 'b' }, { id: 3, name: null }])
    expect(arrow().extension).toBe('.arrow')
  })

  it('refuses what is no table, and damaged files', () => {
    expect(refusal(() => arrow().encode([{ a: 1 }]))).toMatchObject({ code: 'VALUE', path: 'result' })
    expect(refusal(() => arrow().decode(Buffer.from('nonsense')))).toMatchObject({ code: 'DECODE' })
  })
})

describe('arrow() where the program has a copy of its own', () => {
  const tsx = (options: string): string[] => {
    const run = (line: string): string => {
      const code = `import * as library from 'apache-arrow'\nimport { arrow } from ${JSON.stringify(join(import.meta.dirname, '../../src/codec/index.ts'))}
        const table = library.tableFromArrays({ id: [1, 2] }), codec = arrow(${options})
        try { ${line} } catch (error) { console.log(error.code + ' ' + error.message) }`
      return execFileSync(process.execPath, ['--import', import.meta.resolve('tsx'), '--input-type=module', '-e', code], { encoding: 'utf8', cwd: import.meta.dirname }).trim()
    }
    const stored = JSON.stringify([...encode(arrow(), tableFromArrays({ id: [1, 2] })) as Uint8Array])
    return [run('console.log(codec.encode(table).length > 0)'), run(`console.log(Object.getPrototypeOf(codec.decode(Buffer.from(${stored}))) === library.Table.prototype)`)]
  }

  it('takes that one', () => expect(tsx('{ library }')).toEqual(['true', 'true']), 30_000)
  it('never gives a table of another, and says what to do', () => {
    expect(tsx('')).toEqual([
      expect.stringMatching(/^VALUE .*result is a Table of a copy of apache-arrow that is not known.*arrow\(\{ library \}\)/),
      expect.stringMatching(/^DECODE .*copy of apache-arrow is not known.*arrow\(\{ library \}\)/),
    ])
  }, 30_000)
})

describe('parquet()', () => {
  const codec = parquet()
  const reload = async (rows: Record<string, unknown>[]): Promise<unknown> => {
    const path = directory()
    await codec.save(rows, path)
    return codec.load(path)
  }

  it('gives rows back in their types', async () => {
    const rows = [
      { id: 1, name: 'a', ok: true, big: 2n ** 62n, at: new Date(1_700_000_000_123), none: null, some: null },
      { id: -0, name: '', ok: false, big: -1n, at: new Date(0), none: null, some: 'x' },
      { id: Number.NaN, name: 'ä𝄞', ok: true, big: 0n, at: new Date(-1), none: null, some: 'y' },
    ]
    for (const value of [rows, [], [{}, {}], [{ a: 1 }]]) expect(firstDifference(value, await reload(value))).toBeUndefined()
  })

  it.each<[Record<string, unknown>[], string]>([
    [[{ a: 1 }, { a: '1' }], 'result[1].a'], [[{ a: undefined }], 'result[0].a'], [[{ a: [1] }], 'result[0].a'], [[{ a: 2n ** 64n }], 'result[0].a'], [[{ a: new Date(Number.NaN) }], 'result[0].a'],
  ])('refuses what has no column type: %o', (rows, path) => {
    expect(refusal(() => codec.save(rows, directory()))).toMatchObject({ code: 'VALUE', path })
  })
})

describe('an optional package that is not installed', () => {
  it('is named, with what to install', () => {
    const empty = directory()
    // A process of its own, whose packages are none.
    const script = `
      import Module from 'node:module'
      const load = Module._resolveFilename
      Module._resolveFilename = function (id, ...rest) {
        if (/^(csv-|apache-arrow|hyparquet)/.test(id)) throw Object.assign(new Error("Cannot find module '" + id + "'"), { code: 'MODULE_NOT_FOUND' })
        return load.call(this, id, ...rest)
      }
      const { csv, arrow, parquet } = await import(${JSON.stringify(join(import.meta.dirname, '../../src/codec/index.ts'))})
      for (const run of [() => csv().encode([{ a: 1 }]), () => arrow().encode({}), () => parquet().save([{ a: 1 }], '.')]) {
        try { run() } catch (error) { console.log(error.code + ' ' + error.message) }
      }`
    const file = join(empty, 'run.mts')
    writeFileSync(file, script)
    const output = execFileSync(process.execPath, ['--import', import.meta.resolve('tsx'), file], { encoding: 'utf8', cwd: empty })
    expect(output.trim().split('\n')).toEqual([
      'PEER [unplugin-persist] csv() needs the package csv-stringify/sync, which is not installed. Run: npm install csv-stringify csv-parse',
      'PEER [unplugin-persist] arrow() needs the package apache-arrow, which is not installed. Run: npm install apache-arrow',
      'PEER [unplugin-persist] parquet() needs the package hyparquet-writer, which is not installed. Run: npm install hyparquet hyparquet-writer',
    ])
  })
})

describe('files()', () => {
  it('keeps files and directories, and gives paths of read-only copies', () => {
    const source = directory()
    writeFileSync(join(source, 'a.txt'), 'content')
    mkdirSync(join(source, 'set', 'deep'), { recursive: true })
    writeFileSync(join(source, 'set', 'deep', 'run.sh'), 'echo')
    chmodSync(join(source, 'set', 'deep', 'run.sh'), 0o755)
    const kept = directory()
    const codec = files()
    for (const value of [join(source, 'a.txt'), [join(source, 'a.txt'), join(source, 'set')], { text: join(source, 'a.txt'), set: join(source, 'set') }]) {
      const place = join(kept, String(Math.random()))
      mkdirSync(place)
      codec.save(value, place)
      const loaded = codec.load(place) as string | string[] | Record<string, string>
      const paths = typeof loaded === 'string' ? [loaded] : Object.values(loaded)
      expect(Array.isArray(loaded)).toBe(Array.isArray(value))
      expect(readFileSync(paths[0]!, 'utf8')).toBe('content')
      expect(basename(paths[0]!)).toBe('a.txt')
      expect(statSync(paths[0]!).mode & 0o777).toBe(0o400)
      if (paths[1]) expect(statSync(join(paths[1], 'deep', 'run.sh')).mode & 0o777).toBe(0o500)
    }
  })

  it('survives changes of what it was made of', () => {
    const source = directory()
    const kept = directory()
    writeFileSync(join(source, 'a'), 'before')
    files().save(join(source, 'a'), kept)
    writeFileSync(join(source, 'a'), 'after')
    expect(readFileSync(files().load(kept) as string, 'utf8')).toBe('before')
  })

  it('follows links instead of keeping them', () => {
    const source = directory()
    const kept = directory()
    writeFileSync(join(source, 'secret'), 's')
    mkdirSync(join(source, 'd'))
    symlinkSync(join(source, 'secret'), join(source, 'd', 'link'))
    files().save(join(source, 'd'), kept)
    rmSync(join(source, 'secret'))
    expect(readFileSync(join(files().load(kept) as string, 'link'), 'utf8')).toBe('s')
  })

  it('refuses what is no path, and damage', () => {
    const kept = directory()
    expect(refusal(() => files().save(join(root, 'missing'), kept)).message).toContain('does not exist')
    expect(refusal(() => files().save(5 as never, kept)).message).toContain('is no path')
    expect(refusal(() => files().save(['a', 5] as never, kept))).toMatchObject({ code: 'VALUE' })
    for (const damage of ['"0/missing"', '"../../x"', '"0/.."', '{', '[5]']) {
      writeFileSync(join(kept, 'paths.json'), damage)
      expect(refusal(() => files().load(kept))).toMatchObject({ code: 'DECODE' })
    }
  })
})

describe('response()', () => {
  const serve = async (run: (url: string) => Promise<void>): Promise<void> => {
    const server = createServer((request, reply) => {
      if (request.url === '/from') reply.writeHead(302, { location: '/to' }).end()
      else if (request.url === '/none') reply.writeHead(204).end()
      else reply.writeHead(201, 'Made', [['set-cookie', 'a=1'], ['set-cookie', 'b=2'], ['content-type', 'application/json']]).end('{"a":1}')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      await run(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    } finally {
      server.close()
    }
  }

  it('gives status, headers, body and where it came from back', () => serve(async (url) => {
    const original = await fetch(`${url}/from`)
    const { type } = original
    const kept = keepStream(response() as Codec, original)
    const first = kept.forCaller as Response
    expect([first.status, first.url, first.redirected, first.type, await first.text()]).toEqual([201, `${url}/to`, true, type, '{"a":1}'])
    for (let i = 0; i < 2; i++) {
      const read = (await kept.read()) as Response
      expect(read).toBeInstanceOf(Response)
      expect([read.status, read.statusText, read.url, read.redirected, read.ok, read.type]).toEqual([201, 'Made', `${url}/to`, true, true, type])
      expect(read.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
      expect(read.clone().url).toBe(`${url}/to`)
      expect(await read.clone().json()).toEqual({ a: 1 })
      expect(await read.json()).toEqual({ a: 1 })
    }
    const none = response().decode(await response().encode(await fetch(`${url}/none`)))
    expect([none.status, none.body]).toEqual([204, null])
  }))

  it('refuses what has been read, and what is no response', async () => {
    const used = new Response('x')
    await used.text()
    expect(refusal(() => response().encode(used)).message).toContain('has been read')
    expect(refusal(() => response().encode(Response.error())).message).toContain('type error')
    expect(refusal(() => response().encode({} as never)).message).toContain('is an object')
    expect(refusal(() => response().decode(Buffer.from('xx')))).toMatchObject({ code: 'DECODE' })
  })
})

describe('defineCodec()', () => {
  it('takes either pair and refuses the rest', () => {
    const pair = { encode: () => Buffer.alloc(0), decode: () => 1 }
    expect(defineCodec({ name: 'own', version: 2, extension: '.own', ...pair }).name).toBe('own')
    const several: DirectoryCodec<number> = { name: 'dir', save() {}, load: () => 1 }
    expect(defineCodec(several)).toBe(several)
    const wrong: object[] = [{ ...pair }, { name: '', ...pair }, { name: 'a b', ...pair }, { name: 'a', version: 0, ...pair }, { name: 'a', version: 1.5, ...pair }, { name: 'a' }, { ...pair, ...several }, { name: 'a', encode: pair.encode }, { name: 'a', extension: 'png', ...pair }]
    for (const codec of wrong) expect(refusal(() => defineCodec(codec as never)), JSON.stringify(codec)).toMatchObject({ code: 'OPTION' })
  })
})

describe('a codec per property', () => {
  const model = defineCodec<{ weights: number[]; bias: number }>({
    name: 'model',
    save(value, path) {
      writeFileSync(join(path, 'weights'), value.weights.join())
      writeFileSync(join(path, 'bias'), String(value.bias))
    },
    load: (path) => ({ weights: readFileSync(join(path, 'weights'), 'utf8').split(',').map(Number), bias: Number(readFileSync(join(path, 'bias'), 'utf8')) }),
  })

  it('keeps each in files of its own', () => {
    const codec = properties({ model, metrics: json({ pretty: true }), 'odd/Name': structured() })
    const value = { metrics: { loss: 0.5 }, model: { weights: [1, 2], bias: 3 }, 'odd/Name': new Map([[1, undefined]]) }
    const path = directory()
    codec.save(value, path)
    expect(readdirSync(path).sort()).toEqual(['.properties', '2', 'metrics.json', 'model'])
    expect(JSON.parse(readFileSync(join(path, 'metrics.json'), 'utf8'))).toEqual({ loss: 0.5 })
    expect(firstDifference(value, codec.load(path))).toBeUndefined()
  })

  it('keeps which properties there are, and undefined', () => {
    const codec = properties({ a: json(), b: json() })
    for (const value of [{ b: 1 }, { a: undefined, b: 1 }, {}]) {
      const path = directory()
      codec.save(value, path)
      expect(firstDifference(value, codec.load(path))).toBeUndefined()
    }
  })

  it('waits for codecs that need a promise', async () => {
    const codec = properties({ blob: bytes(), table: parquet() })
    const path = directory()
    const saved = codec.save({ blob: new Blob(['ab']), table: [{ a: 1 }] }, path)
    expect(saved).toBeInstanceOf(Promise)
    await saved
    const loaded = await codec.load(path)
    expect(await (loaded.blob as Blob).text()).toBe('ab')
    expect(loaded.table).toEqual([{ a: 1 }])
  })

  it('refuses all or nothing, by the path of the property', () => {
    const codec = properties({ a: json(), b: text() })
    expect(refusal(() => codec.save({ a: { d: [new Date(0)] }, b: '' }, directory()))).toMatchObject({ code: 'VALUE', path: 'result.a.d[0]' })
    expect(refusal(() => codec.save({ a: 1, c: 1 }, directory()))).toMatchObject({ path: 'result.c' })
    expect(refusal(() => codec.save([] as never, directory())).message).toContain('is no plain object')
    expect(refusal(() => properties({ a: {} as never }))).toMatchObject({ code: 'OPTION' })
  })

  it('tells damage', () => {
    const codec = properties({ a: json() })
    const path = directory()
    codec.save({ a: 1 }, path)
    writeFileSync(join(path, '.properties'), '[["zz",true]]')
    expect(refusal(() => codec.load(path))).toMatchObject({ code: 'DECODE' })
    expect(existsSync(join(path, 'a.json'))).toBe(true)
  })
})
