import { globSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'

/** The repository's root. */
export const root: string = resolve(import.meta.dirname, '../..')

/** What we look at in a package.json. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly description: string
  readonly license: string
  readonly type: string
  readonly files: readonly string[]
  readonly engines: Readonly<Record<string, string>>
  readonly bin?: Readonly<Record<string, string>>
  readonly exports: Readonly<Record<string, unknown>>
  readonly publishConfig: {
    readonly bin?: Readonly<Record<string, string>>
    readonly exports?: Record<string, unknown>
  }
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

/** One package of the workspace. */
export interface WorkspacePackage {
  /** Its folder in `packages/`. */
  readonly folder: string
  /** The folder's absolute path. */
  readonly path: string
  readonly manifest: Manifest
}

/** All packages, in order of folder name. */
export function workspacePackages(): WorkspacePackage[] {
  return globSync('packages/*/package.json', { cwd: root })
    .toSorted()
    .map((file) => {
      const path = join(root, file, '..')
      const manifest = JSON.parse(readFileSync(join(root, file), 'utf8')) as Manifest
      return { folder: relative(join(root, 'packages'), path), path, manifest }
    })
}

/** The files below a folder of the repository that match, as paths from the root with `/`, sorted. */
export function filesMatching(...patterns: string[]): string[] {
  const isOurs = (file: string): boolean => !/(^|\/)(node_modules|dist)\//.test(file) && !file.startsWith('docs/api/')
  return globSync(patterns, { cwd: root })
    .map((file) => file.replaceAll('\\', '/'))
    .filter(isOurs)
    .toSorted()
}

/** Reads a file named from the root. */
export function readText(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}
