import { spawn } from 'node:child_process'

/** Runs a command to its end and gives what it wrote. */
export function run([program, ...args], { cwd, store }) {
  return new Promise((done, failed) => {
    const child = spawn(program === 'node' ? process.execPath : program, args, { cwd, env: { ...process.env, PERSIST_PATH: store, NO_COLOR: '1' } })
    const output = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr']) child[name].setEncoding('utf8').on('data', (text) => (output[name] += text))
    child.on('error', failed)
    child.on('close', (code) => {
      if (code === 0) done(output)
      else failed(new Error(`${[program, ...args].join(' ')} exited with ${code}\n${output.stdout}${output.stderr}`))
    })
  })
}

/** Runs the program below `persist run`, which tells of its persisted calls. */
export async function observe(command, { program, store, cli }) {
  const { stdout, stderr } = await run(['node', cli, 'run', '--json', '--', ...command], { cwd: program, store })
  const { wall, calls } = JSON.parse(stdout)
  return { wall, printed: stderr.trim(), functions: flatten(calls) }
}

/** A function stands in the tree of calls wherever it was called from: added up here. */
function flatten(nodes, functions = new Map()) {
  for (const { id, name, hits, misses, spent, saved, reason, children } of nodes) {
    const known = functions.get(id) ?? { name, hits: 0, misses: 0, spent: 0, saved: 0 }
    functions.set(id, { name, hits: known.hits + hits, misses: known.misses + misses, spent: known.spent + spent, saved: known.saved + saved, reason: reason ?? known.reason })
    flatten(children, functions)
  }
  return functions
}
