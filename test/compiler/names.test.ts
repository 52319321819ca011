import { expect, it } from 'vitest'
import { compiled, evaluate, recorder } from './support.ts'

it.each(['constructor', 'toString', 'valueOf', 'hasOwnProperty', '__proto__', 'isPrototypeOf'])('`%s` is a name like others', (name) => {
  const code = `import { ${name} as imported } from './b'
class Base { ${name === 'constructor' ? '' : `static ${name} = 1;`} static read() { return Base.${name} } }
export const table = { n: 1 }
// @persist
export function f(x) { return [Base.read(), imported, x.${name}, ${name}, table.n, toString.call(x)] }
imported.n = 1
register(imported, f)
function register(value) { ${name}.push(value) }
let ${name} = []
${name} = []
export { ${name} }`
  const files = { 'src/b.ts': `export let ${name} = { n: 2 }\n${name} = { n: 3 }` }
  expect(compiled(code, { files }).functions.map((fn) => fn.name)).toEqual(['f'])
})

it.each([
  ['statement', 'const out=/* @persist */function(l){return /* @persist */ t=>{return l+t}}\nexport const run=()=>out(1)(2)'],
  ['variable', 'const out=/* @persist */function(l){const g=/* @persist */ t=>{return l+t}\nreturn g}\nexport const run=()=>out(1)(2)'],
  ['object', 'const out=/* @persist */function(l){return {/* @persist */g(t){return l+t}}}\nexport const run=()=>out(1).g(2)'],
  ['last variable', 'export let last;const out=/* @persist */function(l){last=t;var t=/* @persist */t=>{return l+t}}\nexport const run=()=>(out(1),3)'],
  ['expression', 'const out=/* @persist */l=>/* @persist */m=>/* @persist */n=>l+m+n\nexport const run=()=>out(0)(1)(2)'],
  ['arrow with a block', 'const out=/* @persist */l=>/* @persist */m=>{return l+m}\nexport const run=()=>out(1)(2)'],
])('functions that end at one place, without semicolons: %s', (_, code) => {
  const { runtime } = recorder()
  const result = compiled(code)
  expect(evaluate(result.code, { 'unplugin-persist/runtime': runtime }).run(), result.code).toBe(3)
})
