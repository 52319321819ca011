import process from 'node:process'
import type { CompilationContext } from '@farmfe/core'
import type { Session } from '../session.ts'
import { asFile, basicContext, textOf } from './common.ts'
import type { HostHooks } from './types.ts'

export function farmHooks(session: Session): HostHooks {
  // Farm builds for browsers unless told otherwise.
  let client = true

  return {
    context(self, id) {
      const native = self.getNativeBuildContext?.()
      const farm = native?.framework === 'farm' ? (native.context as CompilationContext) : undefined
      return {
        ...basicContext(self, id, client),
        // unplugin hands over an Error, and Farm's native side takes nothing but strings.
        error: ({ message }) => farm?.error(message),
        warn: (warning) => farm?.warn(textOf(warning)),
        async resolve(specifier, importer) {
          const found = await farm?.resolve(
            { source: specifier, importer, kind: 'import' },
            { meta: {}, caller: 'unplugin-persist' },
          )
          return found && !found.external ? asFile(found.resolvedPath) : undefined
        },
      }
    },
    hooks: {
      farm: {
        configResolved(config) {
          session.setRoot(config.root ?? process.cwd())
          client = !/node/.test(config.compilation?.output?.targetEnv ?? 'browser')
        },
      },
    },
  }
}
