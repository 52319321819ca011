import { checks } from '../checks/index.ts'
import type { Finding } from '../checks/index.ts'
import { findPlace } from '../place.ts'
import { DONE, FAILED } from '../types.ts'
import type { Command, Paint } from '../types.ts'

export const doctor: Command = {
  usage: 'doctor',
  description: 'Look for what keeps functions from being cached: the store, versions, the plugin and its place, the marks',
  async run(context) {
    const { json, terminal } = context
    const place = await findPlace(context)
    const findings: Finding[] = []
    for (const check of checks) findings.push(...(await check(place, context)))
    const sick = findings.some((finding) => finding.level === 'problem')
    if (json) {
      terminal.out(JSON.stringify({ project: place.path, findings }, undefined, 2))
      return sick ? FAILED : DONE
    }
    for (const { level, what, cure } of findings) {
      terminal.out(`${sign(level, terminal.paint)} ${what}`)
      if (cure !== undefined) terminal.out(`    ${terminal.paint.dim(cure)}`)
    }
    return sick ? FAILED : DONE
  },
}

function sign(level: Finding['level'], { green, red, yellow }: Paint): string {
  if (level === 'fine') return green('✓')
  return level === 'problem' ? red('✗') : yellow('!')
}
