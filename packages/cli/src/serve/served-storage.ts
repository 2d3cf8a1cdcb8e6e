import { resolve } from 'node:path'
import type { Storage } from 'stowage'
import type { CommandContext } from '../command-context.ts'

/** Which storage the command line names. */
export interface StorageChoice {
  /** A backend of the configuration. */
  readonly backend?: string | undefined
  /** A directory for the embedded backend. */
  readonly dir?: string | undefined
}

/** Opens what is to be served: a backend of the configuration, or the embedded one in a directory or in memory. */
export async function openServedStorage(
  { backend, dir }: StorageChoice,
  { cwd, environment }: Pick<CommandContext, 'cwd' | 'environment'>,
): Promise<Storage> {
  const { openStorage } = await import('stowage')
  if (backend !== undefined) return openStorage({ backend, cwd, environment })
  if (dir === undefined) return openStorage({ adapter: 'local', memory: true })
  return openStorage({ adapter: 'local', path: resolve(cwd, dir) })
}
