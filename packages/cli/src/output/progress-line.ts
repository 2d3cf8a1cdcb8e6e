import type { Transfer, TransferProgress } from 'stowage'
import type { CommandContext } from '../command-context.ts'

const barWidth = 24
const clearLine = '\r\u001b[2K'
const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const

/**
 * Waits for a transfer and shows how far it is: one line on a terminal, nothing elsewhere.
 *
 * @param partName - what its parts are
 */
export async function watched<Result>(
  context: CommandContext,
  transfer: Transfer<Result>,
  partName = 'part',
): Promise<Result> {
  if (!context.isTerminal) return transfer
  const draw = (line: string): void => context.error(`${clearLine}${withoutWrapping(line)}`)
  const stop = transfer.onProgress((progress) => draw(progressLine(progress, partName)))
  try {
    return await transfer
  } finally {
    stop()
    context.error(clearLine)
  }
}

// On a narrow terminal a line that wraps could not be cleared again.
function withoutWrapping(line: string): string {
  return `\u001b[?7l${line}\u001b[?7h`
}

/** Gives the line that shows a transfer's progress. */
export function progressLine(
  { unit, total, transferred, percentage, speed, etaMs, part, parts }: TransferProgress,
  partName = 'part',
): string {
  const amount = (count: number): string => (unit === 'bytes' ? byteText(count) : `${Math.round(count)} rows`)
  const isKnown = total !== undefined
  const filled = Math.floor((percentage * barWidth) / 100)
  return [
    isKnown ? `[${'#'.repeat(filled)}${'.'.repeat(barWidth - filled)}] ${String(percentage).padStart(3)} %` : '',
    isKnown ? `${amount(transferred)} of ${amount(total)}` : amount(transferred),
    speed > 0 ? `${amount(speed)}/s` : '',
    etaMs === undefined ? '' : `${durationText(etaMs)} left`,
    parts > 1 ? `${partName} ${part} of ${parts}` : '',
  ]
    .filter((text) => text !== '')
    .join('  ')
}

/** Shows a number of bytes in the unit that suits it. */
export function byteText(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit += 1
  }
  return `${unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit] ?? ''}`
}

/** Shows how long something takes. */
export function durationText(ms: number): string {
  const seconds = Math.ceil(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
