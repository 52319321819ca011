import { readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { context, transform, type BuildContext, type BuildOptions, type Loader, type Plugin } from 'esbuild'
import { withWriters } from './state.ts'

export interface Bundle {
  /** Tree-shaken and minified: what the judge compares. */
  code: string
  /** The files of which something is left. */
  files: string[]
}

/**
 * Minifies a bundle once more. esbuild chooses short names by the letters of whole files, dead code included; the second
 * time there is none, so that the names depend on what is left alone.
 */
export async function settle(code: string): Promise<string> {
  return (await transform(code, { minify: true, format: 'esm', legalComments: 'none' })).code
}

/** Of a package with two sides the one that the compiler takes for what is imported. */
const MAIN_FIELDS = ['module', 'main']

/** Lets variables bring along what changes them. */
const WRITERS: Plugin = {
  name: 'writers',
  setup({ onLoad }) {
    onLoad({ filter: /\.[cm]?[jt]s$/ }, ({ path }) => {
      const code = readFileSync(path, 'utf8')
      return { contents: /[\\/]packages[\\/]/.test(path) ? withWriters(code, path) : code, loader: extname(path).replace(/^\.[cm]?/, '') as Loader }
    })
  },
}

/** Bundles one function, again and again while its files change. */
export class Bundler {
  readonly #minified: Promise<BuildContext<BuildOptions & { metafile: true; write: false }>>
  readonly #named: Promise<BuildContext<BuildOptions & { metafile: true; write: false }>>
  readonly #whole: Promise<BuildContext<BuildOptions & { metafile: true; write: false }>>
  readonly #directory: string

  constructor(file: string, directory: string) {
    this.#directory = directory
    const common: BuildOptions & { metafile: true; write: false } = {
      entryPoints: [file], absWorkingDir: directory, bundle: true, treeShaking: true, format: 'esm', platform: 'node', mainFields: MAIN_FIELDS, metafile: true, write: false, legalComments: 'none', logLevel: 'silent',
    }
    this.#minified = context({ ...common, minify: true })
    this.#named = context({ ...common, minifySyntax: true })
    this.#whole = context({ ...common, minify: true, plugins: [WRITERS] })
  }

  /** @throws where an edit broke the code */
  async bundle(): Promise<Bundle> {
    const { outputFiles, metafile } = await (await this.#minified).rebuild()
    const [output] = Object.values(metafile.outputs)
    const files = Object.entries(output!.inputs).filter(([, input]) => input.bytesInOutput > 0)
    return { code: await settle(outputFiles[0]!.text), files: files.map(([path]) => join(this.#directory, path)) }
  }

  /** The same with all names as they are, for exemptions that look at single statements. */
  async named(): Promise<string> {
    return (await (await this.#named).rebuild()).outputFiles[0]!.text
  }

  /** With what changes the variables that are left in it. */
  async whole(): Promise<string> {
    return settle((await (await this.#whole).rebuild()).outputFiles[0]!.text)
  }

  async dispose(): Promise<void> {
    await Promise.all([this.#minified, this.#named, this.#whole].map(async (made) => (await made).dispose()))
  }
}
