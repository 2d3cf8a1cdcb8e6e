import type { Clock } from '../driver/adapter-definition.ts'
import { type DriverCall, interceptDriver, type Layer } from '../driver/operation.ts'
import { systemClock } from '../services/clock.ts'
import { CallTimer } from './call-timer.ts'
import { isOperationPattern, matchesOperation, operationKinds } from './operation-kind.ts'
import { badOption, checkOptions, type OptionTable } from './option-table.ts'

/** What {@link timeoutLayer} can be told. */
export interface TimeoutOptions {
  /**
   * How long the backend may take to answer, in milliseconds; 0 for any time. Not for operations that take as long as their data
   * does: `tables.load`, `tables.exportCsv`, `files.write`, `files.copy`. Default 60000.
   */
  readonly timeoutMs?: number | undefined
  /**
   * How long a transfer may stand still, in milliseconds; 0 for any time: the next bytes of a body that is read, or the backend
   * taking the next of what is written. Time in which the app itself is waited for doesn't count. Default 60000.
   */
  readonly idleTimeoutMs?: number | undefined
  /**
   * How long single operations may take in all, in milliseconds, in place of `timeoutMs`; 0 for any time. Names are operations
   * (`tables.count`) or groups (`files.*`); an operation's own name counts before its group. Default none.
   */
  readonly perOperation?: Readonly<Record<string, number>> | undefined
  /** The clock. Default the computer's. */
  readonly clock?: Clock | undefined
}

/** The options of {@link timeoutLayer} that a config can hold. */
export const timeoutOptionTable: OptionTable = {
  timeoutMs: {
    type: 'number',
    minimum: 0,
    default: 60_000,
    description:
      'How long the backend may take to answer, in milliseconds; 0 for any time. Not for loads, exports and file transfers.',
  },
  idleTimeoutMs: {
    type: 'number',
    minimum: 0,
    default: 60_000,
    description: 'How long a transfer may stand still because of the backend, in milliseconds; 0 for any time.',
  },
  perOperation: {
    type: 'object',
    description: 'Milliseconds for single operations (`tables.count`) or groups (`files.*`), in place of `timeoutMs`.',
  },
}

/**
 * Makes a layer that ends calls which take too long with `timeout`.
 *
 * The driver is told to stop through its signal and gets one second for it; a write that still succeeds then has succeeded.
 * Otherwise the error of a write says `applied: 'unknown'`, unless the driver knows better.
 */
export function timeoutLayer(options: TimeoutOptions = {}): Layer {
  checkOptions('timeout', timeoutOptionTable, options, ['clock'])
  const { timeoutMs = 60_000, idleTimeoutMs = 60_000, perOperation = {}, clock = systemClock } = options
  checkPerOperation(perOperation)
  const limitOf = (call: DriverCall): number => orForever(ownLimit(perOperation, call) ?? generalLimit(timeoutMs, call))
  return (driver) =>
    interceptDriver(driver, (call, next) =>
      new CallTimer(driver, clock, limitOf(call), orForever(idleTimeoutMs)).answer(call, next),
    )
}

function checkPerOperation(perOperation: Readonly<Record<string, number>>): void {
  for (const [pattern, ms] of Object.entries(perOperation)) {
    const isRight = isOperationPattern(pattern) && Number.isFinite(ms) && ms >= 0
    if (!isRight) {
      const must = `hold milliseconds of at least 0 by operation (tables.count) or group (files.*): ${pattern} is wrong`
      throw badOption('timeout', 'perOperation', must)
    }
  }
}

function ownLimit(perOperation: Readonly<Record<string, number>>, { operation }: DriverCall): number | undefined {
  const pattern = Object.keys(perOperation).find((each) => matchesOperation(each, operation))
  return perOperation[operation] ?? (pattern === undefined ? undefined : perOperation[pattern])
}

function generalLimit(timeoutMs: number, { operation }: DriverCall): number {
  return operationKinds[operation] === 'request' ? timeoutMs : 0
}

function orForever(ms: number): number {
  return ms === 0 ? Infinity : ms
}
