import { dirname, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CompileMessage, CompileResult, Import } from '../compiler/types.ts'
import { PersistError } from '../errors.ts'
import { stripQuery } from './filter.ts'
import { findMock, switchOff, usesMock } from './mocks.ts'
import type { Rewritten } from './mocks.ts'
import { projectRootOf } from './project-root.ts'
import { publish } from './publish.ts'
import { realPathOf } from './real-path.ts'
import type { Answer, Known, Session } from './session.ts'

/** What the transform needs of a host, whichever it is. */
export interface HostContext {
  /** The code is for a browser. */
  client: boolean
  error(error: PersistError): void
  warn(message: string | CompileMessage): void
  watch(file: string): void
  /** A path whose appearance would change the result. */
  watchMissing(file: string): void
  /** The host's own resolver (aliases, virtual modules): an absolute path, or nothing. */
  resolve?(specifier: string, importer: string): Promise<string | undefined>
}

/** What the host resolves may lead the compiler to files with more of the kind. */
const MOST_ROUNDS = 20

/** Compiles one file for a host. Answers nothing where there is nothing to do or where an error was reported. */
export async function transform(session: Session, host: HostContext, code: string, id: string): Promise<Rewritten | undefined> {
  const file = resolve(stripQuery(id))
  if (isOwnFile(file)) return undefined
  let result: CompileResult | undefined
  try {
    result = await compile(session, host, code, file)
  } catch (error) {
    if (!(error instanceof PersistError)) throw error
    host.error(error)
    return undefined
  }
  for (const warning of result?.warnings ?? []) {
    // What a stored result would keep is no matter where none is stored.
    if (host.client && warning.code !== 'MISSPELT') continue
    // An edit above moves the place, and is no news.
    if (session.once(`${file}\0${warning.what}`)) host.warn(warning)
  }
  const mock = session.testing && !host.client ? findMock(code) : undefined
  const off = mock === undefined ? undefined : usesMock(mock)
  if (!result?.isEdited) return off === undefined ? undefined : switchOff(code, file, off, 'hoisted')

  const dependencies = withRealPaths(result.watchFiles, session.known)
  session.dependents.set(file, dependencies, result.missingFiles, withRealPaths(result.steeringFiles, session.known))
  for (const dependency of dependencies) host.watch(dependency)
  // What an installation brings is told by its manifests; hosts don't watch there.
  for (const path of result.missingFiles) if (!path.includes('node_modules')) host.watchMissing(path)
  if (host.client) {
    if (result.functions.length > 0 && session.once('client')) host.warn(clientMessage(file, result))
    return undefined
  }
  if (session.outdated !== undefined) {
    if (session.once('outdated')) host.warn(`${session.outdated} has changed, and imports are still resolved as it was. Functions run uncached until this watcher is started anew.`)
    return off === undefined ? undefined : switchOff(code, file, off, 'hoisted')
  }
  if (session.publishes) publish(projectRootOf(file, session.root))
  const reason = off ?? (session.covered ? 'coverage is collected' : undefined)
  return reason === undefined ? { code: result.code, map: result.map } : switchOff(code, file, reason, 'hoisted', result)
}

async function compile(session: Session, host: HostContext, code: string, file: string): Promise<CompileResult | undefined> {
  const compiler = await session.compiler()
  for (let round = 0; ; round++) {
    const result = compiler.compile(code, file)
    if (!result || !host.resolve || host.client || round === MOST_ROUNDS) return result
    const answers = result.imports.map((item) => answerTo(session, host, item))
    await Promise.all(new Set(answers.map(({ given }) => given)))
    const news = result.imports.filter(({ specifier, importer }, index) => compiler.provide(specifier, importer, answers[index]!.path))
    if (news.length === 0) return result
  }
}

/** Where the host's resolver leads, as a real path: asked once for all files of a directory. */
function answerTo({ known }: Session, host: HostContext, { specifier, importer }: Import): Answer {
  const id = `${dirname(importer)}\0${specifier}`
  let answer = known.answers.get(id)
  if (!answer) {
    const given = host.resolve!(specifier, importer).then((path) => void (asked.path = path && knownRealPath(path, known)), () => undefined)
    const asked: Answer = { given }
    known.answers.set(id, (answer = asked))
  }
  return answer
}

/** A linked package's manifest was found through its link in `node_modules`, where hosts don't watch: they tell of it by its real path. */
function withRealPaths(files: readonly string[], known: Known): readonly string[] {
  return [...new Set(files.flatMap((file) => [file, knownRealPath(file, known)]))]
}

function knownRealPath(file: string, { realPaths }: Known): string {
  let path = realPaths.get(file)
  if (path === undefined) realPaths.set(file, (path = realPathOf(file)))
  return path
}

function clientMessage(file: string, result: CompileResult): string {
  return `${file} is built for a browser, where there is no store yet: ${result.functions.map(({ name }) => name).join(', ')} `
    + 'and all other marked functions there are left as they are. For code that runs in Node set the target of the build '
    + '(esbuild, Rolldown: platform: \'node\'; webpack, Rspack, Bun: target: \'node\'; Farm: output.targetEnv: \'node\'; Vite: build.ssr; Vitest: test.environment: \'node\').'
}

const ownDirectory: string = dirname(fileURLToPath(import.meta.url)) + sep

/** A linked copy of this package is no project of the user's. */
function isOwnFile(file: string): boolean {
  return file.startsWith(ownDirectory)
}
