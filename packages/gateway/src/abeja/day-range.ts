import { invalidField } from './abeja-error.ts'

/** A stretch of time: from `startMs` up to, but not including, `endMs`. */
export interface DayRange {
  /** The first instant. */
  readonly startMs: number
  /** The instant after the last. */
  readonly endMs: number
}

const hourMs = 60 * 60 * 1000
const dayMs = 24 * hourMs

/**
 * Reads the days of a listing, both inclusive, as they are in a time zone.
 *
 * @returns undefined when neither is given
 */
export function readDayRange(
  start: string | undefined,
  end: string | undefined,
  timezone: string | undefined,
): DayRange | undefined {
  const hasDays = start !== undefined || end !== undefined
  // Making a format is most of the work of a small listing.
  if (!hasDays && timezone === undefined) return undefined
  const dayIn = readTimezone(timezone ?? 'UTC')
  if (!hasDays) return undefined
  const first = readDay('start', start)
  const last = readDay('end', end)
  return { startMs: beginningOf(first, dayIn), endMs: beginningOf(last + dayMs, dayIn) }
}

/** Gives the day of an instant, as text that sorts. */
type DayIn = (ms: number) => string

function readTimezone(timezone: string): DayIn {
  try {
    if (!/^[A-Za-z]/.test(timezone)) throw new RangeError('an offset is no name')
    // Swedish dates are those of ISO 8601.
    const format = new Intl.DateTimeFormat('sv-SE', { timeZone: timezone, dateStyle: 'short' })
    return (ms) => format.format(ms)
  } catch {
    throw invalidField('timezone', 'is no time zone: use a name such as Asia/Tokyo')
  }
}

// Gives the beginning of the day in UTC.
function readDay(field: string, text: string | undefined): number {
  const [, year = '', month = '', day = ''] = /^(\d{4})(\d\d)(\d\d)$/.exec(text ?? '') ?? []
  const date = `${year}-${month}-${day}`
  const ms = Date.parse(`${date}T00:00:00Z`)
  // February 30 is read as a day in March.
  if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== date) {
    throw invalidField(field, 'must be a day as YYYYMMDD; start and end go together')
  }
  return ms
}

/** Finds the instant at which a day begins in a time zone, which may be any instant around its beginning in UTC. */
function beginningOf(utcMs: number, dayIn: DayIn): number {
  const day = new Date(utcMs).toISOString().slice(0, 10)
  let before = utcMs - 26 * hourMs
  let after = utcMs + 26 * hourMs
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2)
    if (dayIn(middle) < day) before = middle
    else after = middle
  }
  return after
}
