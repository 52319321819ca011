/**
 * Compiles real packages with every function marked, and compares with parsing them alone.
 * `node --import tsx bench/packages.ts [package]`
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseModule } from '../src/compiler/syntax/parse.ts'
import { build, copySources, PACKAGES, remove } from '../test/compiler/packages.ts'

const [only] = process.argv.slice(2)

for (const pkg of PACKAGES.filter(({ name }) => !only || name === only)) {
  const copy = copySources(pkg)
  const texts = copy.files.map((file) => [join(copy.root, 'src', file), readFileSync(join(copy.root, 'src', file), 'utf8')] as const)
  const started = performance.now()
  for (const [file, text] of texts) parseModule(text, file)
  const parsing = performance.now() - started
  const { functions, exempt, took, code } = build(copy, pkg.entry)
  console.log(`${pkg.name}: ${functions} functions of ${texts.length} modules, parsed in ${parsing.toFixed(0)} ms, compiled in ${took.toFixed(0)} ms; ${(code.length / 1e6).toFixed(1)} MB; left out ${JSON.stringify(exempt)}`)
  remove(copy)
}
