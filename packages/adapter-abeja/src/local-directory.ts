import type { Dirent } from 'node:fs'
import { mkdir, opendir, realpath } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { invalidArgument, StorageError } from '@stowage/core/driver'

/** Which files below a directory are meant. */
export interface AbejaDirectoryFilter {
  /** Whether directories below it are walked too. Default true. */
  readonly recursive?: boolean | undefined
  /** Whether files and directories whose names begin with a dot are meant too. Default false. */
  readonly includeHidden?: boolean | undefined
  /** Says of a file, by its path below the directory with `/`, whether it is meant. Default: all are. */
  readonly include?: ((path: string) => boolean) | undefined
}

/**
 * Walks the regular files below a directory, as it is read. Links are not followed: they could lead anywhere, or in circles.
 *
 * @returns paths below the directory, with `/`
 * @throws StorageError `not-found` for a directory that isn't there
 */
export async function* walkDirectory(
  root: string,
  filter: AbejaDirectoryFilter,
): AsyncGenerator<string, void, undefined> {
  const { recursive = true, includeHidden = false, include = () => true } = filter
  const left: string[] = ['']
  for (let below = left.pop(); below !== undefined; below = left.pop()) {
    for (const entry of await entriesOf(root, below)) {
      if (!includeHidden && entry.name.startsWith('.')) continue
      const path = below === '' ? entry.name : `${below}/${entry.name}`
      if (entry.isDirectory() && recursive) left.push(path)
      else if (entry.isFile() && include(path)) yield path
    }
  }
}

async function entriesOf(root: string, below: string): Promise<Dirent[]> {
  const entries: Dirent[] = []
  try {
    for await (const entry of await opendir(join(root, below))) entries.push(entry)
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw cause
    const message = `there is no directory ${join(root, below)}: check the path`
    throw new StorageError({ code: 'not-found', message }, {}, cause)
  }
  return entries.sort((left, right) => (left.name < right.name ? -1 : 1))
}

/** A directory that files of the service are written into, and nothing beside it. */
export class TargetDirectory {
  readonly #root: string

  private constructor(root: string) {
    this.#root = root
  }

  /** Opens a directory, and makes it where it isn't there. */
  static async open(path: string): Promise<TargetDirectory> {
    await mkdir(path, { recursive: true })
    return new TargetDirectory(await realpath(path))
  }

  /**
   * Gives the place of a file by its name in the service, which may be anything, and makes the directories it is in.
   *
   * @throws StorageError `invalid-argument` for a name that would lead out of the directory, by `..`, as an absolute path or by a link in it
   */
  async placeOf(name: string): Promise<string> {
    const path = resolve(this.#root, name)
    const isPlain = name.split(/[/\\]/).every((segment) => segment !== '' && segment !== '.' && segment !== '..')
    if (name.includes('\0') || isAbsolute(name) || !isPlain || !this.#holds(path)) throw outside(name)
    await this.#makeParent(dirname(path), name)
    return path
  }

  // One directory after the other: a link on the way is seen before anything is made behind it.
  async #makeParent(parent: string, name: string): Promise<void> {
    let directory = this.#root
    for (const segment of relative(this.#root, parent).split(sep)) {
      directory = join(directory, segment)
      await mkdir(directory, { recursive: true })
      if ((await realpath(directory)) !== directory) throw outside(name)
    }
  }

  #holds(path: string): boolean {
    return path.startsWith(this.#root.endsWith(sep) ? this.#root : this.#root + sep)
  }
}

function outside(name: string): StorageError {
  const message = `${JSON.stringify(name)} is no name for a file inside the target directory: download it by itself under another name`
  return invalidArgument(message)
}
