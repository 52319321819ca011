import { constants, copyFileSync, existsSync, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sha256 } from '../sha256.ts'
import { PersistError } from '../errors.ts'
import type { StoredEntry } from '../store/types.ts'
import type { CallContext } from './context.ts'
import { digestOf, fileFacts, replaceFile, restoreDirectories, restoreMode } from './file-tree.ts'
import type { FileTree } from './file-tree.ts'

/** What a function wrote at one path, as its entry remembers it. The contents are an entry of their own, by content. */
interface Output extends FileTree {
  /** Parameter, and place in it where that is a list of paths. */
  of: string
}

/** Takes the files that a call has written into the store. */
export function saveFiles(context: CallContext): Output[] {
  const outputs: Output[] = []
  for (const [of, path] of namedPaths(context)) {
    const tree = fileFacts(path)
    if (!tree) continue
    const output: Output = { of, ...tree }
    keepContent(context, path, output)
    outputs.push(output)
  }
  return outputs
}

function keepContent({ store, compiled }: CallContext, path: string, output: Output): void {
  const key = contentKey(output)
  if (store.get(key, [])) return
  void store.put(key, [], {
    codec: 'out-file@1',
    meta: { created: Date.now(), duration: 0, fingerprint: compiled.descriptor.fingerprint },
    payload: {
      saveTo: (directory) => {
        for (const [index, file] of output.files.entries()) {
          mkdirSync(directory, { recursive: true })
          copyFileSync(join(path, file.path), join(directory, String(index)), constants.COPYFILE_FICLONE)
        }
      },
    },
  })
}

/** Puts back what is missing or changed of the files that a hit stands for, at the paths that this call names. False: the store no longer has them. */
export function restoreFiles(context: CallContext, entry: StoredEntry): boolean {
  const outputs = (entry.meta.extra?.files ?? []) as Output[]
  if (!outputs.every(leadsInside)) return false
  const paths = new Map(namedPaths(context))
  for (const output of outputs) {
    const path = paths.get(output.of)
    if (path === undefined) return false
    if (output.kind === 'directory') restoreDirectories(path, output.directories)
    const changed = output.files.map((file, index) => ({ file, index, target: join(path, file.path) })).filter(({ file, target }) => digestOf(target) !== file.digest)
    for (const file of output.files) if (!changed.some((one) => one.file === file)) restoreMode(join(path, file.path), file)
    if (changed.length === 0) continue
    const content = context.store.get(contentKey(output), [])
    if (content?.file === undefined || changed.some(({ index }) => !existsSync(join(content.file!, String(index))))) return false
    for (const { file, index, target } of changed) replaceFile(join(content.file, String(index)), target, file)
  }
  return true
}

/** An entry may come from an archive of somebody else's. */
function leadsInside({ files, directories }: Output): boolean {
  return [...files.map(({ path }) => path), ...directories].every((path) => path === '' || path.split('/').every((part) => !/^\.{0,2}$|[\\:\0]/.test(part)))
}

function contentKey({ files }: Output): string {
  return sha256(`out-file:${JSON.stringify(files)}`)
}

/** The paths that this very call names: nothing is ever written anywhere else. */
function namedPaths({ compiled, options, values }: CallContext): [of: string, path: string][] {
  const names = compiled.descriptor.params.map((name) => name.replace(/^\.\.\./, ''))
  return options.outFile.flatMap((name) => {
    const value = values[names.indexOf(name)]
    if (value === undefined || value === null) return []
    const list = Array.isArray(value) ? value : [value]
    return list.map((path, index): [string, string] => [`${name}.${index}`, toPath(path, name)])
  })
}

function toPath(value: unknown, name: string): string {
  if (typeof value === 'string' && value !== '') return resolve(value)
  if (value instanceof URL) return fileURLToPath(value)
  throw new PersistError('KEY', `\`outFile\` names '${name}', which is no path in this call. Pass a string, a file URL or a list of such.`, { path: name })
}
