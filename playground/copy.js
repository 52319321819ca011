import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
export const repository = dirname(here)

/**
 * A copy of the program in a temporary directory, so that editing it leaves nothing behind. Beside it `node_modules`, with the
 * package as just built, and the store.
 */
export function createCopy() {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'persist-play-')))
  const modules = join(directory, 'node_modules')
  const program = join(directory, 'newspaper')
  link(join(repository, 'node_modules'), modules)
  const installed = join(modules, 'unplugin-persist')
  rmSync(installed, { recursive: true, force: true })
  mkdirSync(installed)
  for (const name of ['dist', 'package.json']) cpSync(join(repository, name), join(installed, name), { recursive: true })
  for (const name of ['src', 'hosts', 'package.json']) cpSync(join(here, name), join(program, name), { recursive: true })
  return {
    program,
    modules,
    store: join(directory, 'store'),
    cli: join(installed, 'dist/cli.js'),
    /** Changes a file and gives a function that changes it back. */
    edit(file, from, to) {
      const path = join(program, file)
      const text = readFileSync(path, 'utf8')
      if (!text.includes(from)) throw new Error(`${file} has no ${from}`)
      writeFileSync(path, text.replaceAll(from, to))
      return () => writeFileSync(path, text)
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
}

/** Links to all packages of a directory. `junction` is what Windows allows without further rights. */
function link(from, to) {
  mkdirSync(to)
  for (const name of readdirSync(from)) {
    if (name.startsWith('.')) continue
    if (name.startsWith('@')) link(join(from, name), join(to, name))
    else symlinkSync(realpathSync(join(from, name)), join(to, name), 'junction')
  }
}
