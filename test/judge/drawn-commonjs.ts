import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import type { Node } from '@babel/types'
import type { Random } from './random.ts'
import { parseText } from './text.ts'
import type { Root } from './workspace.ts'

/** How a project's code gets hold of one export; `NAME` and `PATH` are put in. */
const USES = [
  { extension: 'cjs', imports: `const { NAME } = require(PATH)`, value: 'NAME' },
  { extension: 'cjs', imports: `const all = require(PATH)`, value: 'all.NAME' },
  { extension: 'cjs', imports: `const item = require(PATH).NAME`, value: 'item' },
  { extension: 'js', imports: `import all from PATH`, value: 'all.NAME' },
  { extension: 'js', imports: `import { NAME } from PATH`, value: 'NAME' },
  { extension: 'js', imports: `import * as all from PATH`, value: 'all.NAME' },
] as const

/** A function that calls an export of a CommonJS package, or of one of its files. */
export function drawCommonJsUse(directory: string, path: string, number: number, random: Random): Root | undefined {
  const names = exportsOf(join(directory, 'src', 'any.js'), path)
  const name = random.pick(names)
  if (name === undefined) return undefined
  const use = random.pick(USES)!
  const fill = (text: string): string => text.replaceAll('NAME', name).replaceAll('PATH', JSON.stringify(path))
  // What is exported is the function itself.
  const isWhole = name === '='
  const isModule = use.extension === 'js'
  const imports = isWhole ? (isModule ? `import all from ${JSON.stringify(path)}` : `const all = require(${JSON.stringify(path)})`) : fill(use.imports)
  const value = isWhole ? 'all' : fill(use.value)
  const body = /^[A-Z]/.test(name) ? `const made = new ${value}(...input)\n  return [made, ...methodsOf(made).map((method) => made[method]?.(...input))]` : `return ${value}(...input)`
  const file = join(directory, 'src', `use${number}.${use.extension}`)
  writeFileSync(file, `${imports}\nconst methodsOf = (made) => Object.getOwnPropertyNames(Object.getPrototypeOf(made)).filter((name) => name !== 'constructor')\n\n// @persist\n${isModule ? 'export ' : ''}function root(...input) {\n  ${body}\n}\n${isModule ? '' : 'exports.root = root\n'}`)
  return { name: `${path} ${name} by ${use.imports}`, file, entry: file, isCommonJs: true }
}

function exportsOf(importer: string, path: string): string[] {
  const code = `const all = require('module').createRequire(${JSON.stringify(importer)})(${JSON.stringify(path)}); console.log(JSON.stringify([...(typeof all === 'function' ? ['='] : []), ...Object.keys(all).filter((key) => typeof all[key] === 'function')]))`
  try {
    const names = JSON.parse(execFileSync(process.execPath, ['-e', code], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 10_000 })) as string[]
    return names.filter((name) => name === '=' || (/^[a-z_$][\w$]*$/i.test(name) && name !== 'default'))
  } catch {
    return []
  }
}

/** A function of a CommonJS module, marked where it stands. */
export function drawCommonJsMark(directory: string, file: string, number: number, random: Random): Root | undefined {
  const code = readFileSync(file, 'utf8')
  if (code.includes('@persist')) return undefined
  const fn = random.pick(exportedFunctions(code, file))
  if (!fn) return undefined
  writeFileSync(file, `${code.slice(0, fn.start)}// @persist\n${code.slice(fn.start)}`)
  const entry = join(directory, 'src', `mark${number}.cjs`)
  writeFileSync(entry, `exports.root = require(${JSON.stringify(`./${relative(dirname(entry), file)}`)})${fn.member}\n`)
  return { name: `${relative(directory, file)} ${fn.member}`, file, entry, isCommonJs: true }
}

interface Exported {
  start: number
  /** How a requirer reaches it. */
  member: string
}

function exportedFunctions(code: string, file: string): Exported[] {
  const { body } = parseText(code, file).ast.program
  const declared = new Map<string, Node>()
  for (const item of body) {
    if (item.type === 'FunctionDeclaration') declared.set(item.id!.name, item)
    if (item.type === 'VariableDeclaration' && item.declarations.length === 1 && isFunction(item.declarations[0]!.init)) declared.set((item.declarations[0]!.id as { name: string }).name, item)
  }
  return body.flatMap((item) => {
    if (item.type !== 'ExpressionStatement' || item.expression.type !== 'AssignmentExpression') return []
    const { left, right } = item.expression
    const target = code.slice(left.start!, left.end!)
    const member = /^(?:module\.)?exports$/.test(target) ? '' : /^(?:module\.)?exports(\.\w+)$/.exec(target)?.[1]
    return member === undefined ? [] : exportedBy(right, member, item.start!, declared)
  })
}

function exportedBy(value: Node, member: string, start: number, declared: ReadonlyMap<string, Node>): Exported[] {
  if (isFunction(value)) return [{ start, member }]
  if (value.type === 'Identifier') return declared.has(value.name) ? [{ start: declared.get(value.name)!.start!, member }] : []
  if (value.type !== 'ObjectExpression') return []
  return value.properties.flatMap((property) => {
    if (property.type === 'SpreadElement' || property.computed || property.key.type !== 'Identifier') return []
    const at = `${member}.${property.key.name}`
    if (property.type === 'ObjectMethod') return property.kind === 'method' && !property.generator ? [{ start: property.start!, member: at }] : []
    return exportedBy(property.value, at, property.start!, declared)
  })
}

function isFunction(node: Node | null | undefined): boolean {
  return (node?.type === 'FunctionExpression' && !node.generator) || node?.type === 'ArrowFunctionExpression'
}
