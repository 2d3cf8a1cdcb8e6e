import type { ReceiptRecorder } from '../contract/receipt.ts'

const counts = ['requests', 'retries', 'bytesSent', 'bytesReceived'] as const

/** What one call added to a receipt. */
export type ReceiptCounts = Record<(typeof counts)[number], number>

/**
 * Gives a receipt that adds to another one and also keeps what was added through it: several calls of one operation, also
 * concurrent ones, share a receipt.
 */
export function countReceipt(receipt: ReceiptRecorder): {
  readonly receipt: ReceiptRecorder
  readonly added: ReceiptCounts
} {
  const added: ReceiptCounts = { requests: 0, retries: 0, bytesSent: 0, bytesReceived: 0 }
  const counting = new Proxy(receipt, {
    set(target, name, value: unknown) {
      const count = counts.find((each) => each === name)
      if (count === undefined) return Reflect.set(target, name, value)
      added[count] += (value as number) - target[count]
      target[count] = value as number
      return true
    },
  })
  return { receipt: counting, added }
}
