import type { Command } from '../types.ts'
import { config } from './config.ts'
import { doctor } from './doctor.ts'
import { exportCommand } from './export.ts'
import { gc } from './gc.ts'
import { importCommand } from './import.ts'
import { ls } from './ls.ts'
import { projects } from './projects.ts'
import { rm } from './rm.ts'
import { run } from './run.ts'
import { scan } from './scan.ts'
import { show } from './show.ts'
import { stats } from './stats.ts'
import { verify } from './verify.ts'
import { why } from './why.ts'

/** In the order in which help lists them. */
export const commands: readonly Command[] = [scan, ls, show, why, stats, run, rm, gc, verify, exportCommand, importCommand, config, projects, doctor]
