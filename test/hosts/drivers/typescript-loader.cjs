const { transform } = require('esbuild')

module.exports = function loader(code, map) {
  const callback = this.async()
  transform(code, { loader: 'ts', sourcefile: this.resourcePath, sourcemap: true, target: 'node20' })
    .then((result) => callback(null, result.code, JSON.parse(result.map)), callback)
}
