import type { Clock, LogFields, Logger } from '../driver/adapter-definition.ts'
import { type DriverCall, interceptDriver, type Layer, type NextCall } from '../driver/operation.ts'
import type { StorageDriver } from '../driver/storage-driver.ts'
import { toStorageError } from '../errors/explain.ts'
import { redact } from '../errors/redaction.ts'
import type { StorageErrorCode } from '../errors/storage-error.ts'
import { systemClock } from '../services/clock.ts'
import { consoleLogger, type LogLevel, logLevels } from '../services/logger.ts'
import { callResource } from './call-resource.ts'
import { observeCall, type CallReport } from './observed-call.ts'
import { checkOptions, type OptionTable } from './option-table.ts'

/** What {@link loggingLayer} can be told. */
export interface LoggingOptions {
  /** Where the lines go. Default: standard error, see {@link consoleLogger}. */
  readonly logger?: Logger | undefined
  /** The level of calls that went well, and of failures that are answers (`not-found`, `already-exists`, `conflict`, `aborted`). Default `debug`. */
  readonly level?: LogLevel | undefined
  /** Calls that went well but took longer than this, in milliseconds, are logged as `warn`; 0 for none. Default 0. */
  readonly slowMs?: number | undefined
  /** The clock. Default the computer's. */
  readonly clock?: Clock | undefined
}

/** The options of {@link loggingLayer} that a config can hold. */
export const loggingOptionTable: OptionTable = {
  level: {
    type: 'string',
    values: logLevels,
    default: 'debug',
    description: 'The level of calls that went well, and of failures that are answers, such as `not-found`.',
  },
  slowMs: {
    type: 'number',
    minimum: 0,
    default: 0,
    description: 'Calls that took longer than this, in milliseconds, are logged as `warn`; 0 for none.',
  },
}

const answers: ReadonlySet<StorageErrorCode> = new Set(['not-found', 'already-exists', 'conflict', 'aborted'])
const faults: ReadonlySet<StorageErrorCode> = new Set(['internal', 'corrupt-data'])

/**
 * Makes a layer that logs one line for each call, when it is over; for a body that is when its reader is done with it.
 *
 * The line's message is `<operation> <outcome>`; its fields are `backend`, `operation`, `resource`, `outcome` (`ok` or an
 * error's code), `durationMs`, `requests`, `retries`, `bytesSent`, `bytesReceived`, and for failures `message` and
 * `requestId`. Rows, filters, bytes and credentials are never in it.
 */
export function loggingLayer(options: LoggingOptions = {}): Layer {
  checkOptions('logging', loggingOptionTable, options, ['logger', 'clock'])
  const { level = 'debug', slowMs = 0, clock = systemClock } = options
  const logger = options.logger ?? consoleLogger({ level: 'debug' })
  return (driver) =>
    interceptDriver(driver, (call: DriverCall, next: NextCall) =>
      observeCall(call, next, clock, (report) => log(driver, call, report)),
    )

  function log(driver: StorageDriver, call: DriverCall, report: CallReport): void {
    const fields = describe(driver, call, report)
    logger[levelOf(fields['outcome'] as Outcome, report)](`${call.operation} ${fields['outcome'] as string}`, fields)
  }

  function levelOf(outcome: Outcome, { durationMs }: CallReport): LogLevel {
    if (outcome === 'ok') return slowMs > 0 && durationMs > slowMs ? 'warn' : level
    if (answers.has(outcome)) return level
    return faults.has(outcome) ? 'error' : 'warn'
  }
}

type Outcome = 'ok' | StorageErrorCode

function describe(driver: StorageDriver, call: DriverCall, { failure, durationMs, added }: CallReport): LogFields {
  const { operation } = call
  const resource = callResource(call)
  const base = { backend: driver.backend, operation, resource: redact(resource) }
  if (failure === undefined) return { ...base, outcome: 'ok', durationMs, ...added }
  const { code, message, requestId } = toStorageError(failure.error, driver, { operation, resource })
  return { ...base, outcome: code, durationMs, ...added, message, requestId }
}
