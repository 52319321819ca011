import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { configure, handle } from '../../src/index.ts'
import { marked, temporary } from './support.ts'

let directory: string
beforeEach(() => {
  directory = temporary()
  configure({ persistPath: temporary(), mode: undefined, onError: 'warn' })
})
afterEach(() => void vi.restoreAllMocks())

const at = (...names: string[]): string => join(directory, ...names)

function render() {
  return marked((text: string, path: string) => {
    writeFileSync(path, text.toUpperCase())
    return text.length
  }, { params: ['text', 'path'], options: { outFile: 'path' } })
}

describe('outFile', () => {
  it('is not part of the key; a hit writes the file to the path of its call', () => {
    const fn = render()
    expect(fn('a', at('one'))).toBe(1)
    expect(fn('a', at('sub', 'two'))).toBe(1)
    expect(fn.calls).toBe(1)
    expect(readFileSync(at('sub', 'two'), 'utf8')).toBe('A')
  })

  it('is restored when missing, changed or replaced by a link, which is not followed', () => {
    const fn = render()
    const path = at('out')
    fn('a', path)
    for (const harm of [
      () => rmSync(path),
      () => writeFileSync(path, 'something else'),
      () => {
        rmSync(path)
        writeFileSync(at('precious'), 'precious')
        symlinkSync(at('precious'), path)
      },
    ]) {
      harm()
      fn('a', path)
      expect(readFileSync(path, 'utf8')).toBe('A')
    }
    expect(readFileSync(at('precious'), 'utf8')).toBe('precious')
    expect(fn.calls).toBe(1)
  })

  it('that is as it should be is left alone', () => {
    const fn = render()
    fn('a', at('out'))
    const before = statSync(at('out'))
    fn('a', at('out'))
    expect(statSync(at('out'))).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs })
  })

  it('different results at one path don\'t mix', () => {
    const fn = render()
    for (const text of ['a', 'b', 'a', 'b']) {
      fn(text, at('out'))
      expect(readFileSync(at('out'), 'utf8')).toBe(text.toUpperCase())
    }
    expect(fn.calls).toBe(2)
  })

  it('may be several, as parameters, lists and URLs', () => {
    const fn = marked((text: string, log: URL, paths: string[]) => {
      writeFileSync(log, `log ${text}`)
      for (const path of paths) writeFileSync(path, text)
    }, { params: ['text', 'log', 'paths'], options: { outFile: ['log', 'paths'] } })
    fn('x', pathToFileURL(at('log')), [at('p'), at('q')])
    fn('x', pathToFileURL(at('log2')), [at('p2'), at('q2')])
    expect(fn.calls).toBe(1)
    expect([at('log2'), at('p2'), at('q2')].map((path) => readFileSync(path, 'utf8'))).toEqual(['log x', 'x', 'x'])
    expect(existsSync(at('p3'))).toBe(false)
  })

  it('may be a directory; what else lies in it stays', () => {
    const fn = marked((n: number, target: string) => {
      mkdirSync(join(target, 'deep'), { recursive: true })
      for (let index = 0; index < n; index++) writeFileSync(join(target, 'deep', `${index}`), `file ${index}`)
      writeFileSync(join(target, 'run.sh'), 'echo', { mode: 0o755 })
    }, { params: ['n', 'target'], options: { outFile: 'target' } })
    fn(2, at('a'))
    mkdirSync(at('b'))
    writeFileSync(at('b', 'mine'), 'mine')
    fn(2, at('b'))
    expect(fn.calls).toBe(1)
    expect(readFileSync(at('b', 'deep', '1'), 'utf8')).toBe('file 1')
    expect(readFileSync(at('b', 'mine'), 'utf8')).toBe('mine')
    expect(statSync(at('b', 'run.sh')).mode & 0o100).toBe(0o100)
  })

  it('comes back with its modes and its empty directories', () => {
    const fn = marked((target: string) => {
      mkdirSync(join(target, 'empty', 'deep'), { recursive: true })
      writeFileSync(join(target, 'secret'), 's')
      writeFileSync(join(target, 'run.sh'), 'echo')
      chmodSync(join(target, 'secret'), 0o600)
      chmodSync(join(target, 'run.sh'), 0o750)
    }, { params: ['target'], options: { outFile: 'target' } })
    fn(at('a'))
    fn(at('b'))
    for (const name of ['a', 'b']) {
      chmodSync(at(name, 'secret'), 0o644)
      rmSync(at(name, 'empty'), { recursive: true })
      fn(at(name))
      expect(statSync(at(name, 'empty', 'deep')).isDirectory()).toBe(true)
      expect(['secret', 'run.sh'].map((file) => statSync(at(name, file)).mode & 0o777)).toEqual([0o600, 0o750])
    }
    expect(fn.calls).toBe(1)
  })

  it('is not restored through a link that stands for one of its directories', () => {
    const warned = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const fn = marked((target: string) => {
      if (existsSync(join(target, 'sub'))) return
      mkdirSync(join(target, 'sub'), { recursive: true })
      writeFileSync(join(target, 'sub', 'file'), 'content')
    }, { params: ['target'], options: { outFile: 'target' } })
    fn(at('a'))
    mkdirSync(at('elsewhere'))
    mkdirSync(at('b'))
    symlinkSync(at('elsewhere'), at('b', 'sub'))
    fn(at('b'))
    expect(existsSync(at('elsewhere', 'file'))).toBe(false)
    expect(warned.mock.calls.flat().join()).toMatch(/no directory \(a link\?\)/)
  })

  it('that the store has lost is written by computing', () => {
    const fn = render()
    fn('a', at('out'))
    const { directory: place } = handle(fn).info
    // The content is an entry of its own; without it the result alone is no hit.
    for (const name of ['a', 'b']) fn(name, at(name))
    rmSync(at('out'))
    rmSync(place, { recursive: true })
    mkdirSync(place, { recursive: true })
    fn('a', at('out'))
    expect(readFileSync(at('out'), 'utf8')).toBe('A')
  })

  it('that is a link is not stored, with a warning', () => {
    const warned = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const fn = marked((path: string) => symlinkSync('/etc/hostname', path), { params: ['path'], options: { outFile: 'path' } })
    fn(at('link'))
    expect(warned.mock.calls.flat().join()).toMatch(/neither file nor directory \(a link\?\)/)
  })

  it('that is no path is a failing step', () => {
    const warned = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const fn = marked((path: unknown) => path, { params: ['path'], options: { outFile: 'path' } })
    expect(fn(5)).toBe(5)
    expect(warned.mock.calls.flat().join()).toMatch(/`outFile` names 'path', which is no path/)
  })
})
