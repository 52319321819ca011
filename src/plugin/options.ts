import type { ProjectOptions } from '../config/options.ts'

/** What the plugin takes: the options of a project. They win over those of a config file, one by one. */
export interface Options extends ProjectOptions {
  /**
   * Where a config file is looked for (upwards from here) and what relative paths in these options count from.
   * @default the host's root: Vite's `root`, webpack's `context`, else the working directory
   */
  root?: string
}
