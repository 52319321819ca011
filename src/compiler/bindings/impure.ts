/** What differs from call to call or lies outside the program, by name: members of the platform's objects, its modules, well-known packages. */

/** `Math.random()` and its like, by the object that they are members of. */
export const IMPURE_METHODS: ReadonlyMap<string, ReadonlySet<string>> = new Map(Object.entries({
  Math: new Set(['random']),
  Date: new Set(['now']),
  performance: new Set(['now']),
  crypto: new Set(['randomUUID', 'getRandomValues']),
  subtle: new Set(['generateKey']),
  process: new Set(['hrtime', 'uptime', 'memoryUsage', 'cpuUsage', 'resourceUsage', 'availableMemory', 'constrainedMemory', 'pid', 'ppid', 'stdin', 'getuid', 'geteuid', 'getgid', 'getegid', 'getgroups', 'umask']),
  Temporal: new Set(['Now']),
  Bun: new Set(['file', 'write', 'spawn', 'spawnSync', '$', 'nanoseconds']),
  Deno: new Set(['readFile', 'readFileSync', 'readTextFile', 'readTextFileSync', 'readDir', 'readDirSync', 'stat', 'statSync', 'env', 'args', 'cwd', 'hostname', 'Command']),
  navigator: new Set(['language', 'languages', 'hardwareConcurrency', 'onLine']),
  localStorage: new Set(['getItem']),
  sessionStorage: new Set(['getItem']),
  document: new Set(['cookie']),
}))
export const IMPURE_KEYS: ReadonlySet<string> = new Set([...IMPURE_METHODS.values()].flatMap((keys) => [...keys]))
export const IMPURE_FUNCTIONS: ReadonlySet<string> = new Set(['fetch', 'alert', 'prompt', 'confirm'])

/** Facts about the process that are inputs. */
export const PROCESS_FACTS: ReadonlySet<string> = new Set(['platform', 'arch', 'version', 'versions', 'argv', 'argv0', 'execArgv', 'title', 'exitCode'])
/** Facts about its terminal that are inputs. */
export const TERMINAL_FACTS: ReadonlySet<string> = new Set(['isTTY', 'columns', 'rows'])
/** What else a stream of its says of the terminal. */
export const TERMINAL_METHODS: ReadonlySet<string> = new Set(['getColorDepth', 'hasColors', 'getWindowSize'])
/** Which module a program was started with. */
export const MAIN_MODULE: ReadonlyMap<string, string> = new Map([['require', 'main'], ['module', 'parent']])

/** Builtin modules whose calls read or change something outside the program. */
export const IMPURE_MODULES: ReadonlySet<string> = new Set(['fs', 'fs/promises', 'http', 'https', 'http2', 'net', 'dgram', 'child_process', 'dns', 'dns/promises', 'os', 'tls', 'tty', 'readline'])
/** What a thread was given by the one that started it. */
export const WORKER_FACTS: ReadonlySet<string> = new Set(['workerData', 'threadId', 'isMainThread', 'getEnvironmentData', 'receiveMessageOnPort'])
/** Values, which are what they are where a variable has been given them. */
export const PLAIN_FACTS: ReadonlySet<string> = new Set(['language', 'languages', 'hardwareConcurrency', 'onLine', 'cookie', 'args', 'workerData', 'threadId', 'isMainThread'])
/** Functions of `node:os` that say what `process` does. */
export const PLATFORM_FUNCTIONS: ReadonlyMap<string, string> = new Map([['platform', 'process.platform'], ['type', 'process.platform'], ['arch', 'process.arch'], ['endianness', 'process.arch']])

const REQUESTS = /^(?:|get|post|put|patch|delete|del|head|options|request|stream|paginate|create|extend)$/
const FILES = /^(?!constants$|promises$)[a-z]/
const LODASH = /^(?:random|shuffle|sample|sampleSize|uniqueId|now)$/
/** Exports of well-known packages that differ from call to call, or reach outside; the empty name is the default export itself. */
const IMPURE_PACKAGES: ReadonlyMap<string, RegExp> = new Map(Object.entries({
  '@faker-js/faker': /^faker/,
  '@paralleldrive/cuid2': /^(?:createId|init)$/,
  axios: REQUESTS,
  'cross-fetch': /^(?:|fetch)$/,
  'crypto-random-string': /^(?:|cryptoRandomStringAsync)$/,
  cuid: /^(?:|slug)$/,
  'date-fns': /^(?:is(?:Today|Tomorrow|Yesterday|Past|Future|This[A-Z]\w+)|formatDistanceToNow(?:Strict)?|(?:startOf|endOf)(?:Today|Tomorrow|Yesterday))$/,
  execa: /^(?:\$|execa(?:Sync|Command|CommandSync|Node)?)$/,
  'fast-glob': /^(?:|sync|async|stream|glob|globSync|globStream)$/,
  'fs-extra': FILES,
  glob: /^(?:|sync|glob(?:Sync|Stream|Iterate)?)$/,
  globby: /^(?:|sync|globby(?:Sync|Stream)?)$/,
  got: REQUESTS,
  'graceful-fs': FILES,
  ky: REQUESTS,
  lodash: LODASH,
  'lodash-es': LODASH,
  luxon: /^DateTime\.now$/,
  nanoid: /^(?:nanoid|custom(?:Alphabet|Random)|random)$/,
  'node-fetch': /^$/,
  superagent: REQUESTS,
  tinyglobby: /^glob(?:Sync)?$/,
  ulid: /^(?:ulid|factory|monotonicFactory)$/,
  undici: /^(?:fetch|request|stream|pipeline|connect)$/,
  uuid: /^v[1467]$/,
}))
/** Of these the ones that give another value in each process. */
const RANDOM = new Set(['@faker-js/faker', '@paralleldrive/cuid2', 'chance', 'crypto-random-string', 'cuid', 'lodash', 'lodash-es', 'luxon', 'nanoid', 'ulid', 'uuid'])
/** Functions that make one which differs, or a client: they do nothing yet. */
const MAKERS = /^(?:create|extend|custom(?:Alphabet|Random)|init|factory|monotonicFactory)$/
/** What takes the present time, or chance, where it is given nothing: `dayjs()`, `new Chance()`. */
export const CLOCK_PACKAGES: ReadonlySet<string> = new Set(['chance', 'dayjs', 'moment'])
/** Packages that count in local time. */
export const LOCAL_TIME_PACKAGES: RegExp = /^(?:date-fns|dayjs|luxon|moment)(?:\/|$)/

/** What an export of a package is called where it is told of, if it differs from call to call or reaches outside. */
export function impurePackageExport(from: string, name: string): { what: string; makes: boolean } | undefined {
  if (!IMPURE_PACKAGES.get(from)?.test(name)) return undefined
  return { what: name === '' ? from : `${from}.${name}`, makes: MAKERS.test(name) }
}

const DIFFERING = new Set([
  'Math.random', 'Date.now', 'new Date()', 'Date()', 'performance.now', 'crypto.randomUUID', 'crypto.randomBytes', 'crypto.getRandomValues', 'crypto.randomInt',
  'process.hrtime', 'process.uptime', 'dayjs', 'moment',
])

/** Whether what is told of gives another value in each process. */
export function differsInEachProcess(what: string): boolean {
  return DIFFERING.has(what) || RANDOM.has(what.replace(/\.[^./]*$/, '')) || RANDOM.has(what)
}
