import { readFileSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'

/** The commit that the project's checkout stands at, read from its files: starting git would cost more than most calls. */
export function readCommit(projectPath: string): string | undefined {
  try {
    const git = findGitDirectory(projectPath)
    if (git === undefined) return undefined
    const head = readFileSync(join(git, 'HEAD'), 'utf8').trim()
    const commit = head.startsWith('ref: ') ? readReference(git, head.slice(5)) : head
    return commit !== undefined && COMMIT_PATTERN.test(commit) ? commit : undefined
  } catch {
    return undefined
  }
}

const COMMIT_PATTERN = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/

function findGitDirectory(from: string): string | undefined {
  for (let directory = from; ; directory = dirname(directory)) {
    const path = join(directory, '.git')
    const found = statSync(path, { throwIfNoEntry: false })
    if (found?.isDirectory()) return path
    if (found) {
      // A worktree or submodule: the file says where its directory is.
      const target = /^gitdir: (.+)$/m.exec(readFileSync(path, 'utf8'))?.[1]
      return target === undefined ? undefined : resolve(directory, target)
    }
    if (directory === dirname(directory)) return undefined
  }
}

function readReference(git: string, name: string): string | undefined {
  const common = readOptional(join(git, 'commondir'))
  const directories = [git, ...(common === undefined ? [] : [isAbsolute(common) ? common : join(git, common)])]
  for (const directory of directories) {
    const loose = readOptional(join(directory, name))
    if (loose !== undefined) return loose
    const packed = readOptional(join(directory, 'packed-refs'))?.split('\n').find((line) => line.endsWith(` ${name}`))
    if (packed !== undefined) return packed.slice(0, packed.indexOf(' '))
  }
  return undefined
}

function readOptional(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return undefined
  }
}
