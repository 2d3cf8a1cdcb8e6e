import type { Storage } from '@stowage/core'
import { BackendSet } from './backend-set.ts'
import type { StowageConfig } from './define-config.ts'
import { loadConfig } from './load-config.ts'
import type { OpenOptions } from './open-storage.ts'
import { addRequirements } from './requirements.ts'
import { completeServices } from './services.ts'

/**
 * Opens one backend of a configuration. It makes no container: that takes longer to load than all the rest, and a program
 * with a single storage injects nothing.
 *
 * @param backend - its name; undefined for the default
 */
export async function openOne(
  config: StowageConfig | string | undefined,
  backend: string | undefined,
  { requires = [], ...loading }: OpenOptions,
): Promise<Storage> {
  const wanted = backend === undefined ? 'default' : [backend]
  const resolved = addRequirements(await loadConfig(config, { ...loading, backends: wanted }), requires)
  const { storage } = await new BackendSet(resolved, completeServices(loading)).get(backend)
  return storage
}
