import process from 'node:process'

/** Runs a compiler once and says what went wrong. */
export function finish(compiler) {
  compiler.run((error, stats) => {
    if (error) console.error(error)
    const { errors = [], warnings = [] } = stats?.toJson({ all: false, errors: true, warnings: true, errorDetails: true }) ?? {}
    for (const { message } of [...errors, ...warnings]) console.error(message)
    compiler.close(() => process.exit(error || errors.length > 0 ? 1 : 0))
  })
}
