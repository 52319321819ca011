import webpack from 'webpack'
import config from './webpack.config.js'

webpack(config).run((error, stats) => {
  if (error || stats.hasErrors()) {
    console.error(error ?? stats.toString({ all: false, errors: true }))
    process.exitCode = 1
  }
})
