/**
 * What the plugin costs in a dev server: Vite loads a project, then loads it anew after an edit deep down, with the plugin and
 * without. Every fourth module has a marked function.
 *
 *   npm run bench dev-server [modules] [marked]
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createServer, type Plugin, type ViteDevServer } from 'vite'
import { expectAtMost, medianOf as median, reportTable } from './measure.ts'
import { makeProject } from './project.ts'

const [modules = '1000', marked = '250'] = process.argv.slice(2)
const ROUNDS = 3
const EDITS = 5

const { default: persist } = (await import(new URL('../dist/vite.js', import.meta.url).href)) as { default(): Plugin }
const { directory, entries, files } = makeProject(Number(modules), Number(marked))
const edited = files[Math.floor(files.length / 2)]!

function start(plugins: Plugin[]): Promise<ViteDevServer> {
  return createServer({
    root: directory, configFile: false, logLevel: 'error', appType: 'custom', plugins,
    resolve: { alias: { '@': join(directory, 'src') } }, optimizeDeps: { noDiscovery: true },
    // Edits are told here: how soon a file system does so is no matter of ours.
    server: { middlewareMode: true, ws: false, watch: null },
  })
}

/** Milliseconds until all is loaded: at first, and after each edit. */
async function timesOf(plugins: Plugin[]): Promise<{ first: number; edits: number[] }> {
  const server = await start(plugins)
  const load = async (): Promise<number> => {
    const began = performance.now()
    await server.ssrLoadModule(entries[0]!)
    return performance.now() - began
  }
  try {
    const first = await load()
    const edits: number[] = []
    const code = readFileSync(edited, 'utf8')
    for (let edit = 1; edit <= EDITS; edit++) {
      writeFileSync(edited, code.replace('+ model', `+ ${edit} + model`))
      const began = performance.now()
      await server.pluginContainer.watchChange(edited, { event: 'update' })
      server.watcher.emit('change', edited)
      // The server's own listener is asynchronous.
      while (!server.environments.ssr.moduleGraph.getModulesByFile(edited)?.values().next().value?.lastHMRTimestamp) await new Promise((again) => setTimeout(again, 1))
      await load()
      edits.push(performance.now() - began)
    }
    writeFileSync(edited, code)
    return { first, edits }
  } finally {
    await server.close()
  }
}

try {
  const plain: Awaited<ReturnType<typeof timesOf>>[] = []
  const ours: Awaited<ReturnType<typeof timesOf>>[] = []
  for (let round = 0; round < ROUNDS; round++) {
    plain.push(await timesOf([]))
    ours.push(await timesOf([persist()]))
  }
  const first = (all: typeof plain): number => median(all.map((times) => times.first))
  const edit = (all: typeof plain): number => median(all.flatMap((times) => times.edits))
  reportTable({
    title: `${files.length} modules under Vite's dev server, ${entries.length} marked functions`,
    heads: ['', 'without, ms', 'with, ms', 'ratio'],
    rows: [
      ['loaded for the first time', first(plain).toFixed(0), first(ours).toFixed(0), (first(ours) / first(plain)).toFixed(2)],
      ['loaded anew after an edit', edit(plain).toFixed(0), edit(ours).toFixed(0), (edit(ours) / edit(plain)).toFixed(2)],
    ],
  })
  expectAtMost('the first load: times one without the plugin', first(ours) / first(plain), 3)
  expectAtMost('an edit: parts of the first load', edit(ours) / first(ours), 0.2)
} finally {
  rmSync(directory, { recursive: true, force: true })
}
process.exit()
