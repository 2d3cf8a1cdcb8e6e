import type { Storage } from 'stowage'

/** Which storage the command line names. */
export interface StorageChoice {
  /** A backend of the configuration. */
  readonly backend: string | undefined
  /** A directory for the embedded backend. */
  readonly dir: string | undefined
}

/** Opens what is to be served: a backend of the configuration, or the embedded one in a directory or in memory. */
export async function openServedStorage({ backend, dir }: StorageChoice): Promise<Storage> {
  const { openStorage } = await import('stowage')
  if (backend !== undefined) return openStorage({ backend })
  return openStorage(dir === undefined ? { adapter: 'local', memory: true } : { adapter: 'local', path: dir })
}
