import { writeFileSync } from 'node:fs'
import { startVitest } from 'vitest/node'
import persist from 'unplugin-persist/vite'
import { paths } from './options.mjs'
import { untilTold } from './report.mjs'

writeFileSync('src/main.test.ts', `
import { expect, test, vi } from 'vitest'
test('run', async ({ task }) => {
  const said = vi.spyOn(console, 'error').mockImplementation(() => {})
  const { default: run } = await import('./main.ts')
  task.meta.result = run()
  task.meta.computed = said.mock.calls.filter(([text]) => String(text).startsWith('computed')).length
})
`)

const reporter = {
  onTestRunEnd(modules) {
    for (const module of modules) {
      for (const test of module.children.allTests()) console.log(JSON.stringify({ result: test.meta().result, computed: test.meta().computed }))
    }
  },
}

const vitest = await startVitest('test', [], { watch: true, include: ['src/*.test.ts'], reporters: [reporter], config: false }, { ...paths, plugins: [persist()] })
untilTold(() => vitest.close())
