import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import process from 'node:process'
import { accepts } from '../filter.ts'
import { mayKeepAnalyses } from '../kept-files.ts'
import type { Options } from '../options.ts'
import { isFirst } from '../said.ts'
import { createSession } from '../session.ts'
import { transform } from '../transform.ts'
import { asFile, textOf } from './common.ts'

declare const Bun: { resolveSync(specifier: string, from: string): string }

/** What Bun gives a plugin at run time, as far as we use it. */
export interface PreloadBuild {
  onLoad(filter: { filter: RegExp }, load: (file: { path: string }) => Promise<{ contents: string; loader: string }>): void
}

/** A project's own modules. Bun takes no "nothing to do" for an answer here, so the rest must not come by. */
const OWN_PATTERN = /^(?!.*[\\/]node_modules[\\/]).*\.[cm]?[jt]sx?$/

/** Compiles modules as Bun runs them. */
export function preload(options: Options, build: PreloadBuild): void {
  const session = createSession(options)
  session.setRoot(process.cwd())
  session.publishes = true
  build.onLoad({ filter: OWN_PATTERN }, async ({ path }) => {
    const code = await readFile(path, 'utf8')
    const loader = extname(path).replace(/^\.[cm]?/, '')
    if (!accepts(session.filter, path, code)) return { contents: code, loader }
    const mayKeep = mayKeepAnalyses((await session.options()).mode)
    const result = await transform(session, {
      client: false,
      error: (error) => {
        throw error
      },
      warn(warning) {
        if (typeof warning === 'string' || isFirst(path, warning.what, mayKeep)) console.warn(textOf(warning))
      },
      watch: () => {},
      watchMissing: () => {},
      resolve: async (specifier, importer) => asFile(Bun.resolveSync(specifier, importer)),
    }, code, path)
    return { contents: result ? `${result.code}\n//# sourceMappingURL=${result.map.toUrl()}\n` : code, loader }
  })
}
