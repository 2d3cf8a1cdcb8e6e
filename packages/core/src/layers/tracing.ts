import { tracingChannel, type TracingChannel } from 'node:diagnostics_channel'
import type { Receipt } from '../contract/receipt.ts'
import type { OperationClass } from '../driver/call.ts'
import { type DriverCall, interceptDriver, type Layer, type NextCall, type OperationName } from '../driver/operation.ts'
import type { StorageDriver } from '../driver/storage-driver.ts'
import { toStorageError } from '../errors/explain.ts'
import { redact } from '../errors/redaction.ts'
import type { StorageError } from '../errors/storage-error.ts'
import { callResource } from './call-resource.ts'
import { countReceipt } from './counted-receipt.ts'
import { checkOptions, type OptionTable } from './option-table.ts'

/** The name of the tracing channel, as for `diagnostics_channel.tracingChannel('stowage:operation')`. */
export const tracingChannelName = 'stowage:operation'

/**
 * The message of one call: the same object in each of its events, so that subscribers may keep what is theirs in a `WeakMap` by it.
 *
 * Events are those of a promise under Node's `TracingChannel`: `start` and `end` around the call of the driver, then
 * `asyncStart` and `asyncEnd` when it is answered, `error` before those when it failed. A body that the answer carries is read
 * after them. There is never a row, a filter, bytes or a credential in a message.
 */
export interface OperationMessage {
  /** The adapter's name. */
  readonly backend: string
  /** What is called, for example `tables.insert`. */
  readonly operation: OperationName
  /** How safe it is to repeat. */
  readonly operationClass: OperationClass
  /** What it is done to, for example `in.c-main/customers`. */
  readonly resource: string | undefined
  /** What the call has added to its receipt so far. */
  readonly receipt: Pick<Receipt, 'requests' | 'retries' | 'bytesSent' | 'bytesReceived'>
  /** Why it failed; set from the `error` event on. */
  error?: StorageError
}

/** The options of {@link tracingLayer}: none. */
export const tracingOptionTable: OptionTable = {}

const channel: TracingChannel<unknown, OperationMessage> = tracingChannel(tracingChannelName)

/**
 * Makes a layer that publishes each call on the tracing channel {@link tracingChannelName}, as {@link OperationMessage}.
 *
 * While nobody subscribes it costs next to nothing. Stores bound to the channel's `start` (`bindStore`) hold during the call.
 */
export function tracingLayer(options: Readonly<Record<string, never>> = {}): Layer {
  checkOptions('tracing', tracingOptionTable, options)
  return (driver) =>
    interceptDriver(driver, (call, next) => (channel.hasSubscribers ? trace(driver, call, next) : next(call)))
}

function trace(driver: StorageDriver, call: DriverCall, next: NextCall): Promise<unknown> {
  const { operation, operationClass, context } = call
  const { receipt, added } = countReceipt(context.receipt)
  const resource = redact(callResource(call))
  const message: OperationMessage = { backend: driver.backend, operation, operationClass, resource, receipt: added }
  return channel.start.runStores(message, () => {
    const work = settle(driver, message, () => next({ ...call, context: { ...context, receipt } }))
    channel.end.publish(message)
    return work
  })
}

// Not `tracePromise`: that would put the result, with its rows, into the message.
async function settle(
  driver: StorageDriver,
  message: OperationMessage,
  send: () => Promise<unknown>,
): Promise<unknown> {
  try {
    return await send()
  } catch (error) {
    message.error = toStorageError(error, driver, { operation: message.operation, resource: message.resource })
    channel.error.publish(message)
    throw error
  } finally {
    channel.asyncStart.publish(message)
    channel.asyncEnd.publish(message)
  }
}
