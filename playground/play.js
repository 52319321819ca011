import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createCopy, repository } from './copy.js'
import { hosts } from './hosts/index.js'
import { observe, run } from './run.js'
import { drawDirectory } from './tree.js'

/*
 * Tells in a terminal what the package does, with a real program: `npm run play`. It exits with 1 should anything be computed
 * that should have been read back, or read back that should have been computed.
 */

const STAGES = ['loadArchive', 'parseArchive', 'scoreArticles', 'relateArticles', 'summarizeArticles', 'writeDigest']
const paint = process.stdout.isTTY && !process.env.NO_COLOR
const bold = (text) => (paint ? `\x1B[1m${text}\x1B[22m` : text)
const dim = (text) => (paint ? `\x1B[2m${text}\x1B[22m` : text)
let failures = 0

async function main() {
  if (!existsSync(join(repository, 'dist/index.js'))) throw new Error('dist is missing: npm run build')
  const copy = createCopy()
  try {
    await tell(copy)
  } finally {
    copy.remove()
  }
  if (failures > 0) {
    console.error(`\n${failures} of the steps went otherwise than told`)
    process.exitCode = 1
  }
}

async function tell(copy) {
  const [node, ...others] = hosts(copy.modules)
  const step = (computed) => play(node, copy, computed)

  title('First run: all is computed', 'node --import unplugin-persist/register src/main.js')
  const first = await step(STAGES)
  console.log(`\n${first.printed.split('\n').map((line) => dim(`  ${line}`)).join('\n')}\n`)

  title('Second run: all is read back', 'the outermost call has its result, so that nothing below it is even asked')
  const second = await step([])
  console.log(`  ${seconds(first.wall)} before, ${seconds(second.wall)} now, the start of Node included`)

  title('A helper is edited', 'src/weigh.js: Math.log(all / documents) becomes Math.log2(all / documents). Only what reaches it is computed')
  const undo = copy.edit('src/weigh.js', 'Math.log(all / documents)', 'Math.log2(all / documents)')
  await step(['scoreArticles', 'summarizeArticles', 'writeDigest'])

  title('The edit is undone', 'the results of the former code are still there')
  undo()
  await step([])

  title('Comments, layout and names change', 'src/words.js: stem() becomes baseOf(). The code means the same, so that nothing is computed')
  const unrename = copy.edit('src/words.js', 'stem', 'baseOf')
  const uncomment = copy.edit('src/score.js', 'function countDocuments', '// A comment more.\n\nfunction countDocuments')
  await step([])
  uncomment()
  unrename()

  for (const host of others) {
    title(`The same under ${host.name}`, 'what node has computed is read back')
    await play(host, copy, [])
  }

  title('Why?', 'persist why scoreArticles')
  console.log(indent((await run(['node', copy.cli, 'why', 'scoreArticles'], { cwd: copy.program, store: copy.store })).stdout))

  title('What is stored', 'persist ls')
  console.log(indent((await run(['node', copy.cli, 'ls'], { cwd: copy.program, store: copy.store })).stdout))

  title('The files that all this left', copy.store)
  console.log(indent(drawDirectory(copy.store).join('\n')))
  console.log(`\n${dim('It was all done in a temporary copy, which is gone now.')}`)
}

/** Builds and runs the program, shows what became of each function, and compares it with what was to be expected. */
async function play(host, copy, computed) {
  if (host.build) await run(host.build, { cwd: copy.program, store: copy.store })
  const result = await observe(host.run, copy)
  for (const { name, hits, misses, spent, saved, reason } of result.functions.values()) {
    const what = misses > 0 ? `computed in ${milliseconds(spent)}  ${dim(`(${reason})`)}` : `read back${saved > 0 ? `, which saved ${milliseconds(saved)}` : ''}`
    if (hits + misses > 0) console.log(`  ${name.padEnd(18)} ${what}`)
  }
  const did = [...result.functions.values()].filter(({ misses }) => misses > 0).map(({ name }) => name).sort()
  if (JSON.stringify(did) !== JSON.stringify([...computed].sort())) {
    failures++
    console.log(bold(`  expected to compute: ${computed.join(', ') || 'nothing'}; computed: ${did.join(', ') || 'nothing'}`))
  }
  return result
}

let number = 0

function title(text, detail) {
  console.log(`\n${bold(`${++number}. ${text}`)}\n  ${dim(detail)}\n`)
}

function indent(text) {
  return text.trimEnd().replaceAll(/^/gm, '  ')
}

function milliseconds(time) {
  return time < 1000 ? `${time.toFixed(time < 10 ? 1 : 0)} ms` : seconds(time)
}

function seconds(time) {
  return `${(time / 1000).toFixed(2)} s`
}

await main()
