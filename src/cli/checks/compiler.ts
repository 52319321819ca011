import { join } from 'node:path'
import process from 'node:process'
import { readCatalog } from '../catalog.ts'
import { hostConfigs, PACKAGE, read, scripts } from './project-files.ts'
import type { Check, Finding } from './types.ts'

const REGISTER = `${PACKAGE}/register`

/** Whether anything compiles the marks, and whether comments live long enough to be seen. */
export const checkCompiler: Check = (place) => {
  const { path } = place
  const commands = scripts(path)
  const configs = hostConfigs(path).filter(({ text }) => text.includes(PACKAGE))
  const registered = Object.entries(commands).filter(([, command]) => command.includes(REGISTER))
  const inherited = process.env.NODE_OPTIONS?.includes(REGISTER) ? ['NODE_OPTIONS'] : []
  const found = [...configs.map(({ name }) => name), ...registered.map(([name]) => `npm run ${name}`), ...inherited]
  const findings: Finding[] = [found.length > 0
    ? { level: 'fine', what: `compiled by ${found.join(', ')}` }
    : {
        // What is stored has been compiled: by a command typed in, or by the build of a package above.
        level: readCatalog(place).functions.length > 0 ? 'advice' : 'problem',
        what: 'nothing that compiles the marks was found: no plugin in a config of a build tool, no register in the scripts of package.json',
        cure: `Add the plugin of your build tool (\`import persist from '${PACKAGE}/vite'\`), or run with \`node --import ${REGISTER}\`.`,
      }]
  return [...findings, ...strippedComments(path, commands), ...pastHooks(commands)]
}

/** What tsc writes without comments has lost its marks. */
function strippedComments(path: string, commands: Readonly<Record<string, string>>): Finding[] {
  if (!/"removeComments"\s*:\s*true/.test(read(join(path, 'tsconfig.json')))) return []
  const built = Object.entries(commands).filter(([, command]) => /(?:^|\s|&)tsc(?:\s|$)/.test(command) && !command.includes('--noEmit'))
  if (built.length === 0) return []
  return [{
    level: 'problem',
    what: `tsconfig.json has \`removeComments\`, and ${built.map(([name]) => `\`npm run ${name}\``).join(', ')} runs tsc: its output has no marks`,
    cure: 'Set `removeComments` to false, or use `persist()` in place of comments.',
  }]
}

/** Jest loads modules by itself, so that neither hooks nor plugins see them. */
function pastHooks(commands: Readonly<Record<string, string>>): Finding[] {
  const names = Object.entries(commands).filter(([, command]) => /(?:^|[\s/&])jest(?:\.js)?(?:\s|$)/.test(command)).map(([name]) => `\`npm run ${name}\``)
  if (names.length === 0) return []
  return [{ level: 'advice', what: `${names.join(', ')} runs Jest, under which nothing compiles the marks: functions run uncached there, register or not`, cure: 'Jest tests what they compute. Run what is about stored results with Vitest or `node --test`.' }]
}
