import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import babelTraverse, { type Binding as BabelBinding, type NodePath, type TraverseOptions } from '@babel/traverse'
import type { Node } from '@babel/types'
import { describe, expect, test } from 'vitest'
import { parseModule } from '../../src/compiler/syntax/parse.ts'
import { analyzeScopes, type Binding } from '../../src/compiler/syntax/scope.ts'

const traverse = ((babelTraverse as unknown as { default?: unknown }).default ?? babelTraverse) as (root: Node, options: TraverseOptions) => void

/** Every name that our analysis resolves, beside what Babel's own scopes say of it. */
function disagreements(code: string, file: string): string[] {
  const ast = parseModule(code, file)
  const { bindingOf } = analyzeScopes(ast.program)
  const partner = new Map<Binding | 'free', Set<BabelBinding | 'free'>>()
  const back = new Map<BabelBinding, Set<Binding | 'free'>>()
  const wrong: string[] = []
  const note = (path: NodePath, name: string): void => {
    const ours = bindingOf.get(path.node)
    const found = path.scope.getBinding(name)
    // What is only declared for TypeScript (`declare const Bun`) is a global when the code runs.
    const theirs = found && isAmbient(found.path) ? undefined : found
    const at = `${file}:${path.node.loc?.start.line} ${name}`
    if (!ours !== !theirs) wrong.push(`${at}: ${ours ? 'bound' : 'free'} here, ${theirs ? 'bound' : 'free'} there`)
    if (!ours || !theirs) return
    const partners = partner.get(ours) ?? new Set()
    partner.set(ours, partners.add(theirs))
    const owners = back.get(theirs) ?? new Set()
    back.set(theirs, owners.add(ours))
    if (partners.size > 1 || owners.size > 1) wrong.push(`${at}: not the same binding as elsewhere`)
  }
  traverse(ast, {
    ReferencedIdentifier(path: NodePath) {
      const { node, parent } = path
      if (node.type !== 'Identifier' || isOutsideRuntime(path) || parent.type === 'ExportSpecifier') return
      note(path, node.name)
    },
  } as TraverseOptions)
  return wrong
}

function isAmbient(path: NodePath): boolean {
  return path.findParent(({ node }) => 'declare' in node && node.declare === true) !== null
}

/** In types, which leave no trace. */
function isOutsideRuntime(path: NodePath): boolean {
  return path.findParent(({ node }) => /^TS(?!AsExpression|SatisfiesExpression|NonNullExpression|TypeAssertion|InstantiationExpression|ParameterProperty|Enum|Module|ExportAssignment)/.test(node.type)) !== null
}

function sourcesIn(directory: string, pattern: RegExp): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) => pattern.test(name)).map((name) => join(directory, name))
}

describe('names mean what they mean to @babel/traverse', () => {
  const root = join(import.meta.dirname, '../..')
  test.each([
    ['the project itself', sourcesIn(join(root, 'src'), /(?:plugin|codec|compiler).*\.ts$/)],
    ['immer', sourcesIn(join(root, 'node_modules/immer/dist'), /immer\.mjs$/)],
    ['valibot', sourcesIn(join(root, 'node_modules/valibot/dist'), /index\.mjs$|index\.js$/)],
  ])('in %s', (_, files) => {
    expect(files.length).toBeGreaterThan(0)
    expect(files.flatMap((file) => disagreements(readFileSync(file, 'utf8'), file))).toEqual([])
  })

  test('in code that shadows, hoists and redeclares', () => {
    const code = `
      import def, { named as renamed } from 'x'
      export default function hoisted(a, b = a, { c: [d = b, ...e], ...f } = {}) {
        var a
        inner()
        { let a = 1; function inner() { return a + d } ; inner() }
        for (const a of e) { setTimeout(() => a) }
        for (let i = 0, n = f; i < n; i++) { var leaked = i }
        try { throw 1 } catch ({ message: a }) { a } finally { a }
        switch (a) { case 1: let z = 1; z; break; default: z = 2 }
        label: for (const x in { a }) { if (x) continue label }
        const g = function g() { return g }
        class K extends (class L { static m = () => L; #p = K }) { [a]() { return K } static { var s = K; s } get k() { return def } }
        return leaked + renamed + arguments.length + g + typeof missing
      }
      var hoisted2 = hoisted2 ?? later
      function later() { return hoisted2 }
      ;({ a: later, b: [hoisted2] } = {})
      export { later as default2 }`
    expect(disagreements(code, 'shadow.js')).toEqual([])
  })
})
