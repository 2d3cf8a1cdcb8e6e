import { StorageError } from '@stowage/core'
import type { AdapterServices } from '@stowage/core/driver'
import type { ResolvedBackend, ResolvedConfig } from './config/resolved-config.ts'
import { openBackend, type OpenBackend } from './open-backend.ts'
import { unknownBackend } from './requirements.ts'

/** The backends of a configuration: each is opened when first asked for, and all are closed together. */
export class BackendSet {
  readonly #config: ResolvedConfig
  readonly #services: AdapterServices
  readonly #opening = new Map<string, Promise<OpenBackend>>()
  readonly #open = new Map<string, OpenBackend>()

  /**
   * @param config - the checked configuration
   * @param services - what adapters and layers get
   */
  constructor(config: ResolvedConfig, services: AdapterServices) {
    this.#config = config
    this.#services = services
  }

  /** The names of the backends. */
  get names(): readonly string[] {
    return [...this.#config.backends.keys()]
  }

  /** Gives the name of a backend that is there; without one the default's. */
  resolveName(name: string | undefined): string {
    const wanted = name ?? this.#config.defaultName
    if (wanted !== undefined && this.#config.backends.has(wanted)) return wanted
    if (wanted !== undefined) throw unknownBackend(wanted, this.names)
    const message = `there are several backends (${this.names.join(', ')}) and no default; say which one`
    throw new StorageError({ code: 'invalid-argument', message })
  }

  /**
   * Gives a backend, at once when it is open. One that failed to open is tried again; one that was closed opens again.
   *
   * @param name - undefined for the default backend
   */
  get(name: string | undefined): OpenBackend | Promise<OpenBackend> {
    const backend = this.#config.backends.get(this.resolveName(name)) as ResolvedBackend
    return this.#open.get(backend.name) ?? this.#openOnce(backend)
  }

  /** Opens several backends at the same time; when one fails, those that this call opened stay open until {@link close}. */
  async open(names: readonly string[]): Promise<void> {
    const outcomes = await Promise.allSettled(names.map(async (name) => this.get(name)))
    throwFailures('open', names, outcomes)
  }

  /** Closes what is open, also when some of it fails to; then it fails with all that went wrong. */
  async close(): Promise<void> {
    const names = [...this.#opening.keys()]
    const outcomes = await Promise.allSettled(
      [...this.#opening.values()].map(async (opening) => {
        // What failed to open has nothing to close.
        const opened = await opening.catch(() => undefined)
        await opened?.storage.close()
      }),
    )
    throwFailures('close', names, outcomes)
  }

  #openOnce(backend: ResolvedBackend): Promise<OpenBackend> {
    const { name } = backend
    const existing = this.#opening.get(name)
    if (existing !== undefined) return existing
    const opening = openBackend(backend, this.#services, () => this.#forget(name, opening)).then(
      (opened) => {
        this.#open.set(name, opened)
        return opened
      },
      (error: unknown) => {
        this.#forget(name, opening)
        throw error
      },
    )
    this.#opening.set(name, opening)
    return opening
  }

  #forget(name: string, opening: Promise<OpenBackend>): void {
    if (this.#opening.get(name) !== opening) return
    this.#opening.delete(name)
    this.#open.delete(name)
  }
}

function throwFailures(
  what: 'open' | 'close',
  names: readonly string[],
  outcomes: readonly PromiseSettledResult<unknown>[],
): void {
  const failures = outcomes.flatMap((outcome, index) =>
    outcome.status === 'rejected' ? [{ name: names[index] as string, error: outcome.reason as unknown }] : [],
  )
  const [first, second] = failures
  if (first === undefined) return
  if (second === undefined) throw first.error
  const lines = failures.map(
    ({ name, error }) => `  ${name}: ${error instanceof Error ? error.message : String(error)}`,
  )
  const code = StorageError.is(first.error) ? first.error.code : 'internal'
  const message = `${failures.length} of ${names.length} backends failed to ${what}:\n${lines.join('\n')}`
  const cause = new AggregateError(
    failures.map(({ error }) => error),
    message,
  )
  throw new StorageError({ code, message, details: { backends: failures.map(({ name }) => name) } }, {}, cause)
}
