import { posix } from 'node:path'
import { expect, it } from 'vitest'
import { createCompiler } from '../../src/compiler/index.ts'
import { descriptorsOf, memoryHost, ROOT } from './support.ts'

const CONFIG = 'export const config = { url: process.env.URL ?? "none", level: process.env.LEVEL, size: { n: 1 }, of: (x) => x }'
const marked = (imports: string, body: string): string => `${imports}\n// @persist\nexport function f(x) { ${body} }\n`
const direct = (body: string): Record<string, string> => ({ 'src/a.ts': marked(`import { config } from './config'`, body), 'src/config.ts': CONFIG })
const ALL = ['config', 'process.env.LEVEL', 'process.env.URL']

/** Names of what a call reads beside its arguments; of a variable of which some members alone count with these. */
function readsOf(files: Record<string, string>): string[] {
  const file = posix.join(ROOT, 'src/a.ts')
  const { code } = createCompiler({ root: ROOT, host: memoryHost(files) }).compile(files['src/a.ts']!, file)!
  return (descriptorsOf(code)[0]!.captures ?? []).map(({ name, members }) => (members ? `${name}: ${members.join()}` : name))
}

it.each<[string, Record<string, string>, string[]]>([
  ['one member', direct('return config.url + x'), ['config: url', 'process.env.URL']],
  ['two, one in a part of it', direct('return config.size.n + config.level'), ['config: level,size', 'process.env.LEVEL']],
  ['one that holds nothing of the environment', direct('return config.size'), ['config: size']],
  ['one that may not be there', direct('return config?.url ?? x'), ['config: url', 'process.env.URL']],
  ['one under a name of its own', direct(`return config['url']`), ['config: url', 'process.env.URL']],
  ['all of it', direct('return JSON.stringify(config)'), ALL],
  ['a computed one', direct('return config[x]'), ALL],
  ['members by a pattern', direct('const { url, size: own, level = 2 } = config; return url + own + level'), ['config: level,size,url', 'process.env.LEVEL', 'process.env.URL']],
  ['members by a pattern in a loop, and one by name', direct('for (const { url } = config; ; ) return [url, config.size]'), ['config: size,url', 'process.env.URL']],
  ['members by a pattern that takes the rest', direct('const { url, ...rest } = config; return [url, rest]'), ALL],
  ['members by a pattern with a computed name', direct('const { [x]: it } = config; return it'), ALL],
  ['members by a pattern, and all of it', direct('const { url } = config; return [url, config]'), ALL],
  ['a parameter that is all of it', direct('const { n } = x ?? config; return n'), ALL],
  ['one that is called, which looks at others', { ...direct('return config.of(x)'), 'src/config.ts': CONFIG.replace('of: (x) => x', 'of(x) { return this.url + x }') }, ALL],
  ['one that is called, which may look at others', { ...direct('return config.of(x)'), 'src/config.ts': CONFIG.replace('of: (x) => x', 'of: of, other: (x) => x') + '\nfunction of(x) { return this.url + x }' }, ALL],
  ['one that is called, which looks at nothing', direct('return config.of(x)'), ['config: of']],
  ['one that all objects have', direct('return config.hasOwnProperty(x)'), ALL],
  ['it by another name', direct('const it = config; return it.url'), ALL],
  ['members in several modules', { ...direct('return config.url + size(x)'), 'src/a.ts': marked(`import { config } from './config'\nimport { size } from './size'`, 'return config.url + size(x)'), 'src/size.ts': `import { config as all } from './config'\nexport const size = (x) => all.size.n * x` }, ['config: size,url', 'process.env.URL']],
  ['a member here, and all of it in a helper', { ...direct(''), 'src/a.ts': marked(`import { config } from './config'\nimport { show } from './show'`, 'return config.url + show(x)'), 'src/show.ts': `import { config } from './config'\nexport const show = (x) => Object.keys(config)` }, ALL],
  ['a member here, and all of it by way of a namespace', { ...direct(''), 'src/a.ts': marked(`import { config } from './config'\nimport * as all from './config'`, 'return config.url + Object.keys(all)') }, ALL],
  ['a member, in a helper alone', { ...direct(''), 'src/a.ts': marked(`import { url } from './url'`, 'return url() + x'), 'src/url.ts': `import { config } from './config'\nexport const url = () => config.url` }, ['src/config.ts#config: url', 'process.env.URL']],
  ['a member that a statement makes of another', { ...direct(''), 'src/config.ts': 'export const config = { url: "a", level: process.env.LEVEL }\nconfig.url += config.level', 'src/a.ts': direct('return config.url')['src/a.ts']! }, ['config: level,url', 'process.env.LEVEL']],
  ['a member of what a closure was made with', { ...direct(''), 'src/a.ts': `import { config } from './config'\nexport function make() { const own = config; return /* @persist */ (x) => own.size.n + config.url }` }, ['own', 'config', 'process.env.LEVEL', 'process.env.URL']],
  ['a member of an object that looks at itself', { ...direct(''), 'src/config.ts': 'export const config = { url: "a", show: function () { return this.url } }', 'src/a.ts': direct('return config.url')['src/a.ts']! }, ['config']],
  ['a member of an object of its own module', { 'src/a.ts': marked('const config = { url: process.env.URL, level: process.env.LEVEL }', 'return config.url + x') }, ['process.env.URL']],
  ['a member that a helper has by its name', { 'src/a.ts': marked('const get = (name) => process.env[name]\nconst config = { url: get("URL"), level: get("LEVEL") }', 'return config.url + x') }, ['config: url', 'process.env.URL']],
  ['a member of an object with others that are computed', { 'src/a.ts': marked('const key = "a"\nconst config = { url: process.env.URL, [key]: process.env.LEVEL }', 'return config.url + x') }, ['process.env.LEVEL', 'process.env.URL']],
])('of an object those members alone count that are read: %s', (_, files, reads) => {
  expect(readsOf(files)).toEqual(reads)
})
