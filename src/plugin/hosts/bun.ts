import process from 'node:process'
import type { Session } from '../session.ts'
import { asFile, basicContext } from './common.ts'
import type { HostHooks } from './types.ts'

/** Bun's own globals, as far as we need them. */
declare const Bun: { resolveSync(specifier: string, from: string): string }

export function bunHooks(session: Session): HostHooks {
  let client = false

  return {
    context: (self, id) => ({
      ...basicContext(self, id, client),
      resolve: async (specifier, importer) => asFile(Bun.resolveSync(specifier, importer)),
    }),
    hooks: {
      bun: {
        setup(build) {
          session.setRoot(process.cwd())
          // `Bun.build` is for browsers unless told otherwise. As a preloaded plugin there is no config: Bun itself runs the code.
          const config = build.config as { target?: string } | undefined
          client = config !== undefined && (config.target ?? 'browser') === 'browser'
        },
      },
    },
  }
}
