import type { Clock } from '../driver/adapter-definition.ts'
import { type DriverCall, interceptDriver, type Layer, type NextCall } from '../driver/operation.ts'
import type { StorageDriver } from '../driver/storage-driver.ts'
import { systemClock } from '../services/clock.ts'
import { bodyOf, replaceBody, watchBody } from './call-body.ts'
import { watchSource } from './call-source.ts'
import { abortedWaiting, notSent } from './not-sent.ts'
import { operationKinds } from './operation-kind.ts'
import { checkOptions, type OptionTable } from './option-table.ts'
import { type Slot, SlotPool } from './slot-pool.ts'

/** What {@link concurrencyLayer} can be told. */
export interface ConcurrencyOptions {
  /** How many calls may run at a time. A body that is read counts until its end. */
  readonly max: number
  /** How many calls may wait for their turn; one more fails with `unavailable`. Default: any number. */
  readonly maxQueued?: number | undefined
  /** The clock. Default the computer's. */
  readonly clock?: Clock | undefined
}

/** The options of {@link concurrencyLayer} that a config can hold. */
export const concurrencyOptionTable: OptionTable = {
  max: {
    type: 'number',
    minimum: 1,
    isInteger: true,
    isRequired: true,
    description: 'How many calls may run at a time; a body that is read counts until its end.',
  },
  maxQueued: {
    type: 'number',
    minimum: 0,
    isInteger: true,
    description: 'How many calls may wait for their turn; one more fails with `unavailable`. Default: any number.',
  },
}

/**
 * Makes a layer that lets a number of calls run at a time, the others waiting their turn, first come first served.
 *
 * A file that is being read holds its place until its body ends, is closed, or is forgotten by its reader. When every place is
 * held by a transfer that has waited for the app for a second, one more call is let in: the app may be waiting for that very
 * call, as when it copies a file by reading and writing it.
 */
export function concurrencyLayer(options: ConcurrencyOptions): Layer {
  checkOptions('concurrency', concurrencyOptionTable, options, ['clock'])
  const { max, maxQueued = Infinity, clock = systemClock } = options
  return (driver) => {
    const pool = new SlotPool(max, clock)
    return interceptDriver(driver, async (call, next) => {
      if (operationKinds[call.operation] === 'local') return next(call)
      return runInSlot(await takeSlot(pool, maxQueued, driver, call), call, next)
    })
  }
}

async function takeSlot(pool: SlotPool, maxQueued: number, driver: StorageDriver, call: DriverCall): Promise<Slot> {
  if (pool.isFull && pool.queued >= maxQueued) {
    const message = `${pool.queued} calls wait already: raise \`maxQueued\` of layer \`concurrency\`, or call less at a time`
    throw notSent(driver, call, { code: 'unavailable', message })
  }
  const slot = await pool.take(call.context.signal)
  if (slot === undefined) throw abortedWaiting(driver, call)
  return slot
}

async function runInSlot(slot: Slot, call: DriverCall, next: NextCall): Promise<unknown> {
  let hasBody = false
  try {
    const result = await next(watchSource(call, { waiting: () => slot.rest(), resumed: () => slot.work() }))
    hasBody = bodyOf(call.operation, result) !== undefined
    return hasBody ? holdForBody(slot, call, result) : result
  } finally {
    if (!hasBody) slot.release()
  }
}

function holdForBody(slot: Slot, call: DriverCall, result: unknown): unknown {
  const { signal } = call.context
  const release = (): void => {
    signal.removeEventListener('abort', release)
    slot.release()
  }
  // After an abort nobody may come to read the rest.
  if (signal.aborted) release()
  else signal.addEventListener('abort', release, { once: true })
  slot.rest()
  return replaceBody(call.operation, result, (body) =>
    watchBody(body, { waiting: () => slot.work(), resumed: () => slot.rest(), ended: release }),
  )
}
