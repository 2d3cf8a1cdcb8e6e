import type { Transfer, TransferProgress } from '@stowage/core'

const isTerminal = process.stderr.isTTY
const count = new Intl.NumberFormat('en-US')

/** A result that isn't what the tour promised. */
class WrongResult extends Error {}

/** Prints what comes next, and the calls that do it. */
export function say(title: string, ...code: string[]): void {
  console.log(`\n${title}`)
  for (const line of code) console.log(`   ${line}`)
}

/** Prints a claim that is true, and ends the tour at one that isn't. */
export function check(isRight: boolean, claim: string): void {
  if (!isRight) throw new WrongResult(`not true: ${claim}`)
  console.log(`   ✓ ${claim}`)
}

/** Prints rows as a table, each column as wide as it needs. */
export function showTable(rows: readonly (readonly string[])[]): void {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  for (const row of rows) {
    console.log(`     ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd())
  }
}

/** Waits for a transfer: on a terminal it shows how far it is, a log is told when it is done. */
export async function watch<Result>(label: string, transfer: Transfer<Result>): Promise<Result> {
  const startedAt = performance.now()
  if (isTerminal) transfer.onProgress((progress) => process.stderr.write(`\r   ${barOf(progress)} ${label}\u001B[K`))
  await Promise.allSettled([transfer])
  if (isTerminal) process.stderr.write('\r\u001B[K')
  const result = await transfer
  const { transferred, unit } = transfer.progress
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  console.log(`   ${label}: ${count.format(transferred)} ${unit} in ${seconds} s`)
  return result
}

function barOf({ percentage, transferred, unit, speed, etaMs }: TransferProgress): string {
  const bar = '█'.repeat(Math.floor(percentage / 5)).padEnd(20, '░')
  const pace = speed === 0 ? '' : `, ${count.format(Math.round(speed))} ${unit}/s`
  const left = etaMs === undefined ? '' : `, ${Math.ceil(etaMs / 1000)} s left`
  return `${bar} ${percentage}% ${count.format(transferred)} ${unit}${pace}${left}:`
}
