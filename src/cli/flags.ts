/** Arguments up to `--`: what comes after it is somebody else's. */
function own(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--')
  return end < 0 ? argv : argv.slice(0, end)
}

/** `--dry-run` as `--dryRun`: the parser knows flags of several words only so, and takes what follows another spelling for its value. */
export function joinWords(argv: readonly string[]): string[] {
  const { length } = own(argv)
  return argv.map((arg, at) => (at < length && /^--(?!no-)[a-z]+-/.test(arg)
    ? arg.replace(/^[^=]+/, (flag) => `--${flag.slice(2).replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())}`)
    : arg))
}

/** The values of flags that take one, as they were written. The parser makes a number of what looks like one, such as `1e5` or `007`, the start of a key. */
export function textsOf(argv: readonly string[], names: readonly string[]): Record<string, string> {
  const texts: Record<string, string> = {}
  const args = own(argv)
  args.forEach((arg, at) => {
    const [, name, text = args[at + 1]] = /^--(\w+)(?:=([\s\S]*))?$/.exec(arg) ?? []
    if (name !== undefined && text !== undefined && names.includes(name)) texts[name] = text
  })
  return texts
}

/** A flag as users write it: `--max-size` for `maxSize`. */
export function spellFlag(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}
