import type { AdapterServices } from '../driver/adapter-definition.ts'
import type { Layer } from '../driver/operation.ts'
import { invalidArgument } from '../errors/storage-error.ts'
import { type ChaosOptions, chaosLayer, chaosOptionTable } from './chaos.ts'
import { type ConcurrencyOptions, concurrencyLayer, concurrencyOptionTable } from './concurrency.ts'
import { type LoggingOptions, loggingLayer, loggingOptionTable } from './logging.ts'
import { checkOptions, type OptionTable } from './option-table.ts'
import { type PrefixOptions, prefixLayer, prefixOptionTable } from './prefix.ts'
import { type RateLimitOptions, rateLimitLayer, rateLimitOptionTable } from './rate-limit.ts'
import { readOnlyLayer, readOnlyOptionTable } from './read-only.ts'
import { type RetryOptions, retryLayer, retryOptionTable } from './retry.ts'
import { type TimeoutOptions, timeoutLayer, timeoutOptionTable } from './timeout.ts'
import { tracingLayer, tracingOptionTable } from './tracing.ts'

/** A layer that a config can name. */
export interface LayerDescription {
  /** Its name. */
  readonly name: string
  /** What it does, in one sentence. */
  readonly description: string
  /** Its options: what {@link createLayer} checks them by, and what a JSON Schema is made from. */
  readonly options: OptionTable
}

interface LayerEntry extends LayerDescription {
  create(options: never, services: AdapterServices): Layer
}

const entries: readonly LayerEntry[] = [
  {
    name: 'logging',
    description: 'Logs one line for each call: operation, resource, outcome, duration, counts.',
    options: loggingOptionTable,
    create: (options: LoggingOptions, { clock, logger }) => loggingLayer({ ...options, clock, logger }),
  },
  {
    name: 'tracing',
    description: 'Publishes each call on the diagnostics channel `stowage:operation`.',
    options: tracingOptionTable,
    create: () => tracingLayer(),
  },
  {
    name: 'readOnly',
    description: 'Refuses everything that is not a read with `permission-denied`.',
    options: readOnlyOptionTable,
    create: () => readOnlyLayer(),
  },
  {
    name: 'prefix',
    description: 'Confines the storage to buckets and files whose names begin with a prefix, and hides it.',
    options: prefixOptionTable,
    create: (options: PrefixOptions) => prefixLayer(options),
  },
  {
    name: 'retry',
    description: 'Repeats calls that failed for a while, where that is safe.',
    options: retryOptionTable,
    create: (options: RetryOptions, { clock, random }) => retryLayer({ ...options, clock, random }),
  },
  {
    name: 'rateLimit',
    description: 'Spreads calls over time, so that a limit of requests a minute is kept.',
    options: rateLimitOptionTable,
    create: (options: RateLimitOptions, { clock }) => rateLimitLayer({ ...options, clock }),
  },
  {
    name: 'concurrency',
    description: 'Lets a number of calls run at a time; the others wait their turn.',
    options: concurrencyOptionTable,
    create: (options: ConcurrencyOptions, { clock }) => concurrencyLayer({ ...options, clock }),
  },
  {
    name: 'timeout',
    description: 'Ends calls that take too long, and transfers that stand still, with `timeout`.',
    options: timeoutOptionTable,
    create: (options: TimeoutOptions, { clock }) => timeoutLayer({ ...options, clock }),
  },
  {
    name: 'chaos',
    description: 'Lets calls fail, wait or lose part of their answer, by seeded rules; for tests.',
    options: chaosOptionTable,
    create: (options: ChaosOptions, { clock, logger }) =>
      chaosLayer({ ...options, clock, onFault: (event) => logger.info('chaos fault', { ...event }) }),
  },
]

/**
 * The layers a config can name, in the order they work best in, outermost first: what is logged is what the app sees, a
 * retry waits for tokens and places anew, and a timeout doesn't count the wait for them.
 */
export const builtInLayers: readonly LayerDescription[] = entries

/**
 * Makes a built-in layer from a config.
 *
 * @param name - a name of {@link builtInLayers}
 * @param options - its options as written; undefined, null or `true` for none
 * @param services - where it takes clock, logger and random numbers from
 * @throws {@link StorageError} `invalid-argument` for an unknown layer, an unknown option or a wrong value
 */
export function createLayer(name: string, options: unknown, services: AdapterServices): Layer {
  const entry = entries.find((each) => each.name === name)
  if (entry === undefined) {
    const known = entries.map((each) => `\`${each.name}\``).join(', ')
    throw invalidArgument(`there is no layer ${JSON.stringify(name)}; the built-in ones are ${known}`, { layer: name })
  }
  const given = options === undefined || options === null || options === true ? {} : options
  // The layers check again, but let through what only code may give, such as a clock.
  checkOptions(name, entry.options, given)
  return entry.create(given as never, services)
}
