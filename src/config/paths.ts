import { homedir, tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'

const APP = 'unplugin-persist'

/** The platform's cache directory for this package: where the store is unless told otherwise. */
export function defaultPersistPath(): string {
  const { env, platform } = process
  if (platform === 'darwin') return join(homedir(), 'Library', 'Caches', APP)
  if (platform === 'win32') return join(env.LOCALAPPDATA || join(homedir(), 'AppData', 'Local'), APP, 'Cache')
  return join(absoluteOr(env.XDG_CACHE_HOME, join(homedir(), '.cache')), APP)
}

/** Where `local` results go: one directory per user, as the temporary one is shared. */
export function defaultLocalPath(): string {
  return join(tmpdir(), `${APP}-${userName()}`)
}

/** The global config file. It need not exist. */
export function globalConfigPath(): string {
  const { env, platform } = process
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', APP, 'config.json')
  if (platform === 'win32') return join(env.APPDATA || join(homedir(), 'AppData', 'Roaming'), APP, 'config.json')
  return join(absoluteOr(env.XDG_CONFIG_HOME, join(homedir(), '.config')), APP, 'config.json')
}

/** A relative path in an XDG variable is to be ignored: https://specifications.freedesktop.org/basedir-spec/latest/#basics */
function absoluteOr(path: string | undefined, fallback: string): string {
  return path && path.startsWith('/') ? path : fallback
}

function userName(): string {
  if (typeof process.getuid === 'function') return String(process.getuid())
  try {
    return userInfo().username.replace(/\W+/g, '_')
  } catch {
    return 'user'
  }
}
