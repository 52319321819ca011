/**
 * Runs the matrix of the hooks on other versions of Node: `npm run test:nodes`, or with versions of one's own after `--`.
 * The npm package `node` ships the binaries.
 */
import { execFileSync } from 'node:child_process'
import process from 'node:process'
import { COMPUTATIONS } from '../hosts/program.ts'
import { printTable, record } from '../hosts/table.ts'
import { createWorkspace } from '../hosts/workspace.ts'
import { CASES, hasCompileCache, hasNativeTypeScript, keepsCompiledCode, runCase, writeApps } from './matrix.ts'

const versions = process.argv.length > 2 ? process.argv.slice(2) : ['20.19.0', '20', '22.12.0', '22.18.0', '22', '24', '26']
const workspace = createWorkspace()
let failures = 0

try {
  writeApps(workspace)
  for (const version of versions) {
    const node = execFileSync('npx', ['-y', '-p', `node@${version}`, '-c', 'command -v node'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
    const native = await hasNativeTypeScript(node, workspace)
    for (const each of CASES) {
      if (each.native && !native) continue
      const plain = await runCase(node, workspace, each, 'none', 'plain')
      const first = await runCase(node, workspace, each, `${version} ${each.name}`)
      const second = await runCase(node, workspace, each, `${version} ${each.name}`)
      // What the first version has computed, all others read.
      const common = await runCase(node, workspace, each, 'common')
      const isFirst = version === versions[0] && each === CASES[0]
      const fine = first.result === plain.result && same(first.computed, COMPUTATIONS)
        && second.result === plain.result && same(second.computed, [])
        && common.result === plain.result && (isFirst || same(common.computed, []))
        && ![first, second, common].some(({ stderr }) => /Warning|Error/.test(stderr) && !/Warning|Error/.test(plain.stderr))
      record(each.name, `Node ${version}`, fine)
      if (fine) continue
      failures++
      console.error(version, each.name, JSON.stringify({ plain, first, second, common }, null, 2))
    }
    if (!await hasCompileCache(node, workspace)) continue
    const kept = { marked: await keepsCompiledCode(node, workspace), plain: await keepsCompiledCode(node, workspace, 'plain'), covered: await keepsCompiledCode(node, workspace, 'covered') }
    const fine = kept.marked && !kept.plain && !kept.covered
    record('compiled code is kept', `Node ${version}`, fine)
    if (fine) continue
    failures++
    console.error(version, 'compiled code', kept)
  }
} finally {
  workspace.remove()
}
printTable()
process.exitCode = failures > 0 ? 1 : 0

function same(a: readonly string[], b: readonly string[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
