const iso = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)?)?$/
const example = '2026-01-31 or 2026-01-31T08:30:00.000Z'

/**
 * Says what is wrong with the text of an instant; undefined when it means one and the same instant everywhere, with nothing lost: no
 * 30th of February, no more than milliseconds, no time zone of the machine.
 *
 * @param zone - `utc` where a time without a zone is UTC; `named` where it would be the machine's
 */
export function instantProblem(text: string, zone: 'utc' | 'named'): string | undefined {
  const match = iso.exec(text)
  if (match === null) return `an instant is ISO 8601 text with at most milliseconds, as in ${example}`
  const [, date = '', time, second = '00', fraction = '.', offset] = match
  if (zone === 'named' && time !== undefined && offset === undefined) {
    return `a time without a zone differs from machine to machine: write Z behind it, as in ${example}`
  }
  const normal = `${date}T${time ?? '00:00'}:${second}${fraction.padEnd(4, '0')}Z`
  const instant = new Date(normal)
  // What isn't in the calendar is moved to the next month, or invalid.
  const isReal = !Number.isNaN(instant.getTime()) && instant.toISOString() === normal
  return isReal && hasFourDigitYear(instant, offset)
    ? undefined
    : `there is no such instant: write one as in ${example}`
}

function hasFourDigitYear(instant: Date, offset = 'Z'): boolean {
  const [hours = 0, minutes = 0] = offset === 'Z' ? [] : offset.slice(1).split(':').map(Number)
  if (hours > 23 || minutes > 59) return false
  const shift = (hours * 60 + minutes) * (offset.startsWith('-') ? -60_000 : 60_000)
  return isStorableInstant(instant.getTime() - shift)
}

/** Tells whether a time in milliseconds lies within the years 0000 to 9999, which timestamps are written in. */
export function isStorableInstant(time: number): boolean {
  return time >= Date.UTC(-1, 12) && time < Date.UTC(10_000, 0)
}
