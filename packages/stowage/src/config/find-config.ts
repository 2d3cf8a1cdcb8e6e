import { readdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { configError, problemAt } from './problem.ts'

/** The names a configuration file may have. */
export const configFileNames: readonly string[] = ['ts', 'mts', 'js', 'mjs', 'json', 'yaml', 'yml'].map(
  (extension) => `stowage.config.${extension}`,
)

/**
 * Looks for a configuration file in a directory and those above it, and gives the nearest one.
 *
 * The search ends at the repository's root (the first directory with a `.git`), else at the home directory. Outside
 * of both only `cwd` itself counts: a configuration can be a program, and none is run from a directory others may write to.
 *
 * @throws StorageError `invalid-argument` when one directory holds two of them
 */
export async function findConfigFile(cwd: string, home: string = homedir()): Promise<string | undefined> {
  const passed: Directory[] = []
  for (const path of upwards(cwd)) {
    const names = await namesIn(path)
    passed.push({ path, found: configFileNames.filter((name) => names.has(name)) })
    if (names.has('.git') || path === home) return nearestFile(passed, cwd)
  }
  return nearestFile(passed.slice(0, 1), cwd)
}

interface Directory {
  readonly path: string
  readonly found: readonly string[]
}

function nearestFile(directories: readonly Directory[], cwd: string): string | undefined {
  const nearest = directories.find(({ found }) => found.length > 0)
  if (nearest === undefined) return undefined
  const paths = nearest.found.map((name) => join(nearest.path, name))
  if (paths.length === 1) return paths[0]
  const shown = paths.map((path) => showPath(path, cwd)).join(' and ')
  throw configError([problemAt({}, `${shown} are both there; keep one, or name it in STOWAGE_CONFIG`)])
}

function* upwards(directory: string): Generator<string> {
  for (let current = directory; ; current = dirname(current)) {
    yield current
    if (current === dirname(current)) return
  }
}

async function namesIn(directory: string): Promise<Set<string>> {
  try {
    return new Set(await readdir(directory))
  } catch {
    // A directory on the way up that may not be listed can't be searched either.
    return new Set()
  }
}

/** Writes a path for people: relative to the working directory when it lies in it. */
export function showPath(path: string, cwd: string): string {
  const shown = relative(cwd, path)
  return shown === '' || shown.startsWith('..') ? path : shown
}
