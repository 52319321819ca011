// Drops types for the hosts that don't by themselves.
import { transform } from 'esbuild'

export const typescript = {
  name: 'typescript',
  async transform(code, id) {
    if (!id.endsWith('.ts')) return undefined
    const result = await transform(code, { loader: 'ts', sourcefile: id, sourcemap: true, target: 'node20' })
    return { code: result.code, map: result.map }
  },
}
