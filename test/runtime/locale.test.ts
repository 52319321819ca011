import { execFileSync } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const module = pathToFileURL(resolve('src/runtime/locale.ts')).href

function run(body: string, env: Record<string, string> = {}): string {
  const script = `import { locale } from ${JSON.stringify(module)}\n${body}`
  return execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], { env: { ...process.env, ...env }, encoding: 'utf8' }).trim()
}

describe('locale()', () => {
  it('names the default locale, the time zone, and the versions of their data', () => {
    expect(run('console.log(locale())', { LC_ALL: 'de_DE.UTF-8', TZ: 'Europe/Vienna' })).toBe(
      `de-DE Europe/Vienna icu ${process.versions.icu} tz ${process.versions.tz}`,
    )
  })

  it('follows a time zone that is set while the program runs', () => {
    const body = `process.env.TZ = 'Asia/Tokyo'; const before = locale(); process.env.TZ = 'Europe/Oslo'; console.log(before === locale(), locale().includes('Europe/Oslo'))`
    expect(run(body)).toBe('false true')
  })
})
