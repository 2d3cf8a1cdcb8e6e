import type { Storage } from 'stowage'
import type { Address } from './address.ts'
import type { CommandContext } from './command-context.ts'

/** Which configuration a command uses. */
export interface ConfigChoice {
  /** The path of a file; undefined to look for one. */
  readonly config?: string | undefined
}

/** What a command works on: an address, and what it names; a backend alone where it names nothing else. */
export interface Subject extends Partial<Address> {
  /** What the name in the address is of. */
  readonly what?: 'table' | 'file'
}

/**
 * Opens a backend, does some work and closes it. A signal to stop closes it at once: what runs is aborted and cleans up, and the
 * work fails with `aborted`. When the work finds nothing under the address, the failure suggests one that is there.
 */
export async function withStorage(
  context: CommandContext,
  { config }: ConfigChoice,
  subject: Subject,
  work: (storage: Storage) => Promise<void>,
): Promise<void> {
  const { openStorage, StorageError } = await import('stowage')
  const { cwd, environment } = context
  const storage = await openStorage({ config, backend: subject.backend, cwd, environment })
  let isStopped = false
  void context.untilStopped().then(async () => {
    isStopped = true
    // What closing fails with is met again at the end of the work.
    await storage.close().catch(() => undefined)
  })
  try {
    await work(storage)
  } catch (error) {
    const message = 'stopped before it was done'
    if (isStopped) throw new StorageError({ code: 'aborted', message }, {}, error)
    if (!StorageError.is(error, 'not-found')) throw error
    const { suggesting } = await import('./suggest-address.ts')
    throw await suggesting(error, storage, subject)
  } finally {
    await storage.close()
  }
}
