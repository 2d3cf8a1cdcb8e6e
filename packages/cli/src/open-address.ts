import type { Storage } from 'stowage'
import type { CommandContext } from './command-context.ts'

/** Which configuration a command uses. */
export interface ConfigChoice {
  /** The path of a file; undefined to look for one. */
  readonly config?: string | undefined
}

/**
 * Opens a backend, does some work and closes it. A signal to stop closes it at once: what runs is aborted and cleans up, and the
 * work fails with `aborted`.
 *
 * @param backend - its name; undefined for the default
 */
export async function withStorage(
  context: CommandContext,
  { config }: ConfigChoice,
  backend: string | undefined,
  work: (storage: Storage) => Promise<void>,
): Promise<void> {
  const { openStorage, StorageError } = await import('stowage')
  const { cwd, environment } = context
  const storage = await openStorage({ config, backend, cwd, environment })
  let isStopped = false
  void context.untilStopped().then(async () => {
    isStopped = true
    await storage.close()
  })
  try {
    await work(storage)
  } catch (error) {
    const message = 'stopped before it was done'
    throw isStopped ? new StorageError({ code: 'aborted', message }, {}, error) : error
  } finally {
    await storage.close()
  }
}
