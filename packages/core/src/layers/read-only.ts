import type { SignUrlRequest } from '../driver/file-driver.ts'
import { type DriverCall, interceptDriver, type Layer } from '../driver/operation.ts'
import { notSent } from './not-sent.ts'
import { checkOptions, type OptionTable } from './option-table.ts'

/** The options of {@link readOnlyLayer}: none. */
export const readOnlyOptionTable: OptionTable = {}

/**
 * Makes a layer that refuses everything that isn't a read with `permission-denied`, before anything is sent; that includes
 * signing a URL to write with and cancelling a job.
 *
 * The capability record stays as it is: it says what the backend can do, `unsupported` would send people looking for another
 * backend, and a program that asks for `tables.insert` at its start is told the true reason when it writes. The adapter's own
 * client (`native`) is not guarded.
 */
export function readOnlyLayer(options: Readonly<Record<string, never>> = {}): Layer {
  checkOptions('readOnly', readOnlyOptionTable, options)
  return (driver) =>
    interceptDriver(driver, async (call, next) => {
      if (isRead(call)) return next(call)
      const message = `${call.operation} is refused: the storage is read-only; open it without the layer \`readOnly\` to write`
      throw notSent(driver, call, { code: 'permission-denied', message })
    })
}

// By class and not by a list of names: an operation that somebody adds is refused until it is known to be a read.
function isRead({ operation, operationClass, request }: DriverCall): boolean {
  if (operation === 'files.signUrl') return (request as SignUrlRequest).method === 'GET'
  return operationClass === 'safe'
}
