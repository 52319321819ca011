import process from 'node:process'
import { reportFile, untilTold } from './report.mjs'

/** Runs a compiler once and says what went wrong. */
export function finish(compiler) {
  compiler.run((error, stats) => {
    if (error) console.error(error)
    const { errors = [], warnings = [] } = stats?.toJson({ all: false, errors: true, warnings: true, errorDetails: true }) ?? {}
    for (const { message } of [...errors, ...warnings]) console.error(message)
    compiler.close(() => process.exit(error || errors.length > 0 ? 1 : 0))
  })
}

/** Runs a compiler at each change, and then what it wrote. */
export function watchLike(compiler, file) {
  const watching = compiler.watch({ aggregateTimeout: 20 }, async (error, stats) => {
    if (error || stats.hasErrors()) console.error(error ?? stats.toString())
    else await reportFile(file)
  })
  untilTold(() => new Promise((done) => watching.close(done)))
}
