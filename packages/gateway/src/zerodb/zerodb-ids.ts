import { createHmac, randomBytes } from 'node:crypto'

const letters = 'abcdefghijklmnopqrstuvwxyz0123456789'
const tableLetters = 12
const rowBytes = 8

// Asking the system for each of a thousand ids takes longer than making the rows.
let pool = Buffer.alloc(0)
let used = 0

/** Makes an id as the service's examples show them. */
export function randomId(kind: 'table' | 'row'): string {
  if (kind === 'table') return tableId(randomBytes(tableLetters))
  if (used + rowBytes > pool.length) {
    pool = randomBytes(1024 * rowBytes)
    used = 0
  }
  used += rowBytes
  return `row_${pool.toString('hex', used - rowBytes, used)}`
}

/** Derives the id of a table that nobody gave one: the same after every start. */
export function derivedTableId(bucket: string, name: string): string {
  return tableId(createHmac('sha256', bucket).update(name).digest().subarray(0, tableLetters))
}

function tableId(bytes: Uint8Array): string {
  return `tbl_${Array.from(bytes, (byte) => letters[byte % letters.length]).join('')}`
}
