import type { Clock } from '../driver/adapter-definition.ts'
import type { DriverCall, NextCall } from '../driver/operation.ts'
import { bodyOf, replaceBody, watchBody } from './call-body.ts'
import { countReceipt, type ReceiptCounts } from './counted-receipt.ts'

/** What a call came to. */
export interface CallReport {
  /** What it failed with; undefined when it went well, also when its reader closed the body early. */
  readonly failure: { readonly error: unknown } | undefined
  /** From the call to its answer, or to the end of its body. */
  readonly durationMs: number
  /** What it added to its receipt. */
  readonly added: ReceiptCounts
}

/**
 * Sends a call on and reports once how it went: when it is answered, or when the body it gave has ended or was forgotten.
 *
 * @param report - takes the report; a failure of it is dropped, for it must not become the call's
 */
export async function observeCall(
  call: DriverCall,
  next: NextCall,
  clock: Clock,
  report: (report: CallReport) => void,
): Promise<unknown> {
  const beganMs = clock.now()
  const { receipt, added } = countReceipt(call.context.receipt)
  const finish = (failure?: { readonly error: unknown }): void => {
    try {
      report({ failure, durationMs: clock.now() - beganMs, added })
    } catch {}
  }
  try {
    const result = await next({ ...call, context: { ...call.context, receipt } })
    if (bodyOf(call.operation, result) === undefined) finish()
    return replaceBody(call.operation, result, (body) =>
      watchBody(body, { ended: (end) => finish(end.kind === 'failed' ? end : undefined) }),
    )
  } catch (error) {
    finish({ error })
    throw error
  }
}
