import { join } from 'node:path'

/**
 * How the program is run: a build where there is one, then the program itself. All in the program's directory.
 *
 * @param {string} modules The directory with the tools.
 * @returns {{ name: string, build?: string[], run: string[] }[]}
 */
export function hosts(modules) {
  const script = (path) => ['node', join(modules, path)]
  return [
    { name: 'node', run: ['node', '--import', 'unplugin-persist/register', 'src/main.js'] },
    { name: 'tsx', run: ['node', '--import', 'tsx', '--import', 'unplugin-persist/register', 'src/main.js'] },
    { name: 'Vite', build: [...script('vite/bin/vite.js'), 'build', '--config', 'hosts/vite.config.js'], run: ['node', 'out/vite/main.mjs'] },
    { name: 'esbuild', build: ['node', 'hosts/esbuild.js'], run: ['node', 'out/esbuild/main.mjs'] },
    { name: 'webpack', build: ['node', 'hosts/webpack.js'], run: ['node', 'out/webpack/main.mjs'] },
  ]
}
