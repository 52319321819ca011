// What the tests tell a driver.
import process from 'node:process'
import { resolve } from 'node:path'

export const out = resolve(process.env.OUT ?? 'out')
export const options = JSON.parse(process.env.PLUGIN_OPTIONS ?? '{}')
/** The same build without the plugin: what to compare with. */
export const plain = process.env.PLAIN === '1'
export const use = (persist) => (plain ? [] : [persist(options)])
export const entry = resolve(process.env.ENTRY ?? 'src/main.ts')
export const browser = process.env.TARGET === 'browser'
/** Vite reads the `paths` of a tsconfig.json only when told to. */
export const paths = process.env.TSCONFIG_PATHS === '1' ? { resolve: { tsconfigPaths: true } } : {}
/** Where the host, and it alone, is told that imports lead. */
export const alias = JSON.parse(process.env.ALIAS ?? '{}')
/** A cache directory of the bundler's own. */
export const cache = process.env.BUNDLER_CACHE
