import { type AdapterServices, type Clock, type Logger, silentLogger, systemClock } from '@stowage/core/driver'

/** What an app may give in place of the computer's own. */
export interface ServiceOptions {
  /** The environment: configuration, `${VAR}` and credentials are read from it. Default: `process.env`. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined
  /** Where log lines go. Default: nowhere. */
  readonly logger?: Logger | undefined
  /** Where the time comes from. Default: the computer's clock. */
  readonly clock?: Clock | undefined
  /** The fetch adapters use for JSON calls. Default: the global one. */
  readonly fetch?: typeof globalThis.fetch | undefined
  /** Numbers from 0 to below 1, for jitter. Default: `Math.random`. */
  readonly random?: (() => number) | undefined
}

/** Completes services with the computer's own. */
export function completeServices(options: ServiceOptions): AdapterServices {
  return {
    environment: options.environment ?? process.env,
    logger: options.logger ?? silentLogger,
    clock: options.clock ?? systemClock,
    // Looked up at each call, so that a test that replaces the global one is heard.
    fetch: options.fetch ?? ((...call) => globalThis.fetch(...call)),
    random: options.random ?? Math.random,
  }
}
