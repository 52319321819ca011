import { resolve } from 'node:path'
import process from 'node:process'
import { cac } from 'cac'
import type { CAC } from 'cac'
import { didYouMean } from '../config/suggest.ts'
import { version } from '../plugin/version.ts'
import { commands } from './commands/index.ts'
import { joinWords, spellFlag, textsOf } from './flags.ts'
import { createTerminal } from './terminal.ts'
import { FAILED, UsageError, USAGE } from './types.ts'
import type { Command, CommandContext, OptionValues, Terminal } from './types.ts'

/** Stands below the help for all commands. */
const GENERAL = `\`persist <command> --help\` tells more of one. The store is where PERSIST_PATH or the option \`persistPath\` says,
else in the user's cache directory: \`persist config\` tells. Exit codes: 0 done, 1 failed or found damage, 2 wrong usage.`

/** Runs one command line and gives the exit code: 0 done, 1 failed or found damage, 2 wrong usage. */
export async function main(argv: readonly string[], terminal: Terminal = createTerminal()): Promise<number> {
  let chosen: (() => number | Promise<number>) | undefined
  const cli = cac('persist')
  const given = joinWords(argv)
  for (const command of commands) {
    addCommand(cli, command, (args, options) => {
      const values = { ...options, ...textsOf(given, valueFlags(cli)) }
      assertOneEach(options, valueFlags(cli), values)
      chosen = () => command.run(contextOf(values, terminal), args, values)
    })
  }
  addGlobalOptions(cli)
  try {
    cli.parse(['node', 'persist', ...given], { run: false })
    if (cli.options.help || cli.options.version) return 0
    if (!cli.matchedCommand) {
      if (cli.args.length === 0 && argv.length === 0) {
        cli.outputHelp()
        return 0
      }
      const word = cli.args[0] ?? argv[0]!
      throw new UsageError(`there is no command \`${word}\`.${didYouMean(word, commands.map(nameOf))} \`persist --help\` lists them.`)
    }
    cli.runMatchedCommand()
    return await chosen!()
  } catch (error) {
    return report(error, terminal, cli.matchedCommandName)
  }
}

function addCommand(cli: CAC, { usage, description, options = [], examples = [] }: Command, choose: (args: string[], options: OptionValues) => void): void {
  const added = cli.command(usage, description)
  for (const [flag, text] of options) added.option(flag, text)
  for (const example of examples) added.example(`  $ ${example}`)
  added.action((...given: unknown[]) => {
    const values = given.pop() as OptionValues
    choose(given.flat().filter((arg) => arg !== undefined).map(String), values)
  })
}

/** Flags of the chosen command that take a value. */
function valueFlags({ matchedCommand, globalCommand }: CAC): string[] {
  return [...globalCommand.options, ...(matchedCommand?.options ?? [])].filter(({ required }) => required === true).map(({ name }) => name)
}

/** A flag that was given twice, or with nothing: what an unset variable of a shell leaves must not mean all. */
function assertOneEach(options: OptionValues, flags: readonly string[], values: OptionValues): void {
  for (const flag of flags) {
    if (Array.isArray(options[flag])) throw new UsageError(`${spellFlag(flag)} takes one value, and was given ${options[flag].length}.`)
    if (values[flag] === '') throw new UsageError(`${spellFlag(flag)} was given nothing.`)
  }
}

function addGlobalOptions(cli: CAC): void {
  cli.option('--cwd <directory>', 'Where the project is', { default: '.' })
  cli.option('--json', 'One JSON document on stdout, messages on stderr')
  cli.option('--dry-run', 'Say what would be done')
  cli.option('--yes', 'Don\'t ask')
  // The parser's own text for a command leaves out what it does.
  cli.help((sections) => {
    const { description } = cli.matchedCommand ?? {}
    if (description) return sections.toSpliced(1, 0, { body: description })
    return [...sections.filter(({ title }) => !title?.startsWith('For more info')), { body: GENERAL }]
  })
  cli.version(version)
}

function contextOf(options: OptionValues, terminal: Terminal): CommandContext {
  return {
    cwd: resolve(process.cwd(), String(options.cwd)),
    json: options.json === true,
    dryRun: options.dryRun === true,
    yes: options.yes === true,
    terminal,
  }
}

function report(error: unknown, { note, paint }: Terminal, command: string | undefined): number {
  const { message, name } = error instanceof Error ? error : new Error(String(error))
  if (error instanceof UsageError || name === 'CACError') {
    const cure = command === 'run' && /option/i.test(message) ? '. Flags of the command to run stand behind `--`: `persist run -- node --import …`' : ''
    note(`${paint.red('wrong usage:')} ${message}${cure}`)
    return USAGE
  }
  note(`${paint.red('failed:')} ${message.replace(/^\[unplugin-persist\] /, '')}`)
  if (process.env.DEBUG && error instanceof Error) note(error.stack ?? '')
  return FAILED
}

function nameOf(command: Command): string {
  return command.usage.split(' ')[0]!
}
