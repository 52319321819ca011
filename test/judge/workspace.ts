import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** Real packages as a project's own code: copied, and linked as workspace packages are, so that their real paths lie outside `node_modules`. */
const PACKAGES = [
  'date-fns', 'd3-array', 'd3-color', 'd3-format', 'd3-geo', 'd3-hierarchy', 'd3-interpolate', 'd3-path', 'd3-scale', 'd3-shape', 'd3-time', 'd3-time-format',
  'internmap', 'immer', 'valibot', 'zod',
]

/** A function that is judged. */
export interface Root {
  name: string
  /** Where it stands, marked. */
  file: string
  /** What a bundler begins with. */
  entry: string
  /** It is, or uses, CommonJS, of which a bundler leaves out nothing: what matters is found by running it. */
  isCommonJs?: boolean
}

/** A function over a package, as a user writes one: what it imports, and what it returns. */
interface Written {
  name: string
  imports: string
  returns: string
}

const ROOTS: readonly Written[] = [
  { name: 'date-format', imports: `import { format } from 'date-fns/format'`, returns: `format(input, 'yyyy-MM-dd')` },
  { name: 'date-distance', imports: `import { formatDistance, intlFormatDistance } from 'date-fns'`, returns: `[formatDistance(input, 0), intlFormatDistance(input, 0)]` },
  { name: 'date-math', imports: `import * as dates from 'date-fns'`, returns: `dates.differenceInBusinessDays(dates.addMonths(input, 1), dates.startOfISOWeek(input))` },
  { name: 'date-parse', imports: `import { parse } from 'date-fns/parse'\nimport { de } from 'date-fns/locale'`, returns: `parse(input, 'PPpp', 0, { locale: de })` },
  { name: 'array-bins', imports: `import { bin, rollup, median } from 'd3-array'`, returns: `rollup(bin()(input), median, (d) => d.length)` },
  { name: 'shape-stack', imports: `import { stack, arc, line, curveCatmullRom } from 'd3-shape'`, returns: `[stack()(input), arc()(input), line().curve(curveCatmullRom)(input)]` },
  { name: 'scales', imports: `import { scaleLinear, scaleTime } from 'd3-scale'`, returns: `[scaleLinear().nice()(input), scaleTime()(input)]` },
  { name: 'geo', imports: `import { geoPath, geoMercator, geoArea } from 'd3-geo'`, returns: `[geoPath(geoMercator())(input), geoArea(input)]` },
  { name: 'hierarchy', imports: `import * as h from 'd3-hierarchy'`, returns: `h.treemap().tile(h.treemapSquarify)(h.stratify()(input))` },
  { name: 'immer', imports: `import { produce, enablePatches } from 'immer'`, returns: `(enablePatches(), produce(input, (draft) => { draft.n++ }))` },
  { name: 'valibot', imports: `import * as v from 'valibot'`, returns: `v.safeParse(v.object({ mail: v.pipe(v.string(), v.email()) }), input)` },
  { name: 'zod', imports: `import * as z from '../packages/zod/src/v4/core/index.ts'`, returns: `z.parse(z._string(z.$ZodString), input)` },
  { name: 'zod-mini', imports: `import * as z from '../packages/zod/src/mini/index.ts'`, returns: `z.object({ mail: z.email() }).parse(input)` },
]

export interface Workspace {
  directory: string
  roots: readonly Root[]
  remove(): void
}

/** Makes a project in a temporary directory. */
export function makeWorkspace(only?: readonly string[]): Workspace {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'persist-judge-')))
  for (const name of PACKAGES) {
    const from = realpathSync(join('node_modules', name))
    const to = join(directory, 'packages', name)
    const isSource = (path: string): boolean => !/\.(?:cjs|cts|map|flow|md)$|\.d\.[mc]?ts$|\.min\.m?js$|[\\/](?:node_modules|tests|cdn\.[^\\/]*)$/.test(path)
    cpSync(from, to, { recursive: true, filter: isSource })
    mkdirSync(join(directory, 'node_modules'), { recursive: true })
    symlinkSync(to, join(directory, 'node_modules', name), 'dir')
  }
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ name: 'judged', type: 'module', sideEffects: false }))
  const roots = ROOTS.filter((root) => !only || only.includes(root.name)).map((root) => {
    const file = join(directory, 'src', `${root.name}.js`)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, `${root.imports}\n\n// @persist\nexport function root(input) {\n  return ${root.returns}\n}\n`)
    return { name: root.name, file, entry: file }
  })
  return { directory, roots, remove: () => rmSync(directory, { recursive: true, force: true }) }
}
