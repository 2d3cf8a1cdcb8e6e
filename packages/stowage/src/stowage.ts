import type { Storage } from '@stowage/core'
import type { Container } from 'inversify'
import type { BackendSet } from './backend-set.ts'
import type { ResolvedConfig } from './config/resolved-config.ts'
import type { ModuleOptions } from './container.ts'
import type { StowageConfig } from './define-config.ts'

/** Several open backends: made by {@link createStowage}. */
export class Stowage {
  /** The checked configuration. Printed, it shows no secret. */
  readonly config: ResolvedConfig
  readonly #storages: ReadonlyMap<string, Storage>
  readonly #backends: BackendSet
  readonly #container: Container

  /** @internal */
  constructor(
    config: ResolvedConfig,
    storages: ReadonlyMap<string, Storage>,
    backends: BackendSet,
    container: Container,
  ) {
    this.config = config
    this.#storages = storages
    this.#backends = backends
    this.#container = container
  }

  /** The names of the open backends. */
  get names(): readonly string[] {
    return this.#backends.names
  }

  /**
   * Gives the storage of a backend. After {@link Stowage.close} it refuses every call.
   *
   * @param name - the backend's name. Default: the configuration's default
   * @throws `StorageError` `invalid-argument` for a name the configuration doesn't have
   */
  storage(name?: string): Storage {
    return this.#storages.get(this.#backends.resolveName(name)) as Storage
  }

  /**
   * Closes all backends, also when one of them fails to close; the error then says what each failure was. Calling it again
   * does nothing.
   */
  async close(): Promise<void> {
    try {
      await this.#backends.close()
    } finally {
      await this.#container.unbindAllAsync()
    }
  }

  /** The same as {@link Stowage.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/**
 * Opens the backends of a configuration: all of them, or those that `backends` names.
 *
 * When one can't be opened, those that could are closed again.
 *
 * @example
 * ```ts
 * import { createStowage } from 'stowage'
 *
 * const stowage = await createStowage({ backends: { a: { adapter: 'local', path: './a' }, b: { adapter: 'local', path: './b' } } })
 * const from = stowage.storage('a')
 * const to = stowage.storage('b')
 * await stowage.close()
 * ```
 *
 * @param config - a configuration, or the path of a file; undefined to look for one as `loadConfig` does
 * @throws `StorageError` `invalid-argument` for a wrong configuration, `unsupported` for a backend that lacks what is
 * required, and what an adapter fails with
 */
export async function createStowage(config?: StowageConfig | string, options: ModuleOptions = {}): Promise<Stowage> {
  // The container takes longer to load than all of the rest: only programs that open something pay for it.
  const [{ Container }, { stowageModule, TOKENS }] = await Promise.all([import('inversify'), import('./container.ts')])
  const container = new Container()
  container.load(await stowageModule(config, options))
  const backends = container.get(TOKENS.Backends)
  try {
    await backends.open(backends.names)
    const storages = new Map(backends.names.map((name) => [name, container.get(TOKENS.Storage, { name })]))
    return new Stowage(container.get(TOKENS.Config), storages, backends, container)
  } catch (error) {
    // What failed to open says more than a failure to close the others.
    await container.unbindAllAsync().catch(() => undefined)
    throw error
  }
}
