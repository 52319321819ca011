import { hostConfigs, PACKAGE } from './project-files.ts'
import type { Check, Finding } from './types.ts'

/** Where `enforce: 'pre'` has no effect, so that the order in the list decides. */
const ORDERED_HOSTS = ['rollup', 'esbuild', 'bun']
/** Packages whose plugins compile TypeScript or JSX, and drop comments with it. */
const COMPILING_PATTERN = /(?:typescript|esbuild|swc|babel|sucrase|oxc|buble|tsx?)\b/

/** Whether another plugin sees the files first. It looks at the text of the config: a list that is put together elsewhere is not seen. */
export const checkOrder: Check = ({ path }) => hostConfigs(path).flatMap(({ name, text }) => {
  const imports = [...text.matchAll(/import\s+(\w+)\s+from\s+['"]([^'"]+)['"]|(?:const|let|var)\s+(\w+)\s*=\s*require\(\s*['"]([^'"]+)['"]\s*\)/g)]
    .map((match) => ({ local: match[1] ?? match[3]!, from: match[2] ?? match[4]! }))
  const ours = imports.find(({ from }) => ORDERED_HOSTS.some((host) => from === `${PACKAGE}/${host}`))
  if (!ours) return []
  const others = imports.filter(({ from }) => !from.startsWith(PACKAGE) && from.includes('plugin') && COMPILING_PATTERN.test(from))
  return [...text.matchAll(/plugins\s*:\s*\[/g)].flatMap((list): Finding[] => {
    const at = text.indexOf(`${ours.local}(`, list.index)
    const earlier = others.filter(({ local }) => {
      const place = text.indexOf(`${local}(`, list.index)
      return place >= 0 && place < at
    })
    return earlier.map(({ from }) => ({
      level: 'problem',
      what: `${name}: the plugin of ${from} stands before that of ${PACKAGE}, which then sees code without comments`,
      cure: `Put \`${ours.local}()\` first in \`plugins\`.`,
    }))
  })
})
