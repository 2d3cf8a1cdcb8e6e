import { invalidArgument } from '@stowage/core/driver'

/** The days files were uploaded on, both included. */
export interface AbejaDateRange {
  /** The first day: `YYYYMMDD`, `YYYY-MM-DD`, or an instant whose day in the time zone counts. */
  readonly start: string | Date | undefined
  /** The last day, likewise. */
  readonly end: string | Date | undefined
  /** The time zone days are counted in, as an IANA name such as `Asia/Tokyo`. Default `UTC`. */
  readonly timezone?: string | undefined
}

/** A range of days as the query has it. */
export interface DateRangeQuery {
  /** `YYYYMMDD`. */
  readonly start: string
  /** `YYYYMMDD`. */
  readonly end: string
  /** An IANA name. */
  readonly timezone: string
}

/**
 * Writes a range of days as the service wants it.
 *
 * @throws StorageError `invalid-argument` for half a range, a day or time zone that doesn't exist, and an end before the start
 */
export function toDateQuery(range: AbejaDateRange): DateRangeQuery {
  const { timezone = 'UTC' } = range
  if (range.start === undefined || range.end === undefined)
    throw invalidArgument('start and end go together: the service takes only both')
  const format = dayFormat(timezone)
  const start = toDay('start', range.start, format)
  const end = toDay('end', range.end, format)
  if (end < start) throw invalidArgument(`the range from ${start} to ${end} is empty: end is before start`)
  return { start, end, timezone }
}

function toDay(name: string, day: string | Date, format: Intl.DateTimeFormat): string {
  if (typeof day !== 'string') {
    if (Number.isNaN(day.getTime())) throw invalidArgument(`${name} is no valid Date`)
    const parts = new Map(format.formatToParts(day).map(({ type, value }) => [type, value]))
    return `${(parts.get('year') ?? '').padStart(4, '0')}${parts.get('month') ?? ''}${parts.get('day') ?? ''}`
  }
  const [, year = '', , month = '', date = ''] = /^(\d{4})(-?)(\d\d)\2(\d\d)$/.exec(day) ?? []
  const instant = new Date(`${year}-${month}-${date}T00:00:00Z`)
  // February 30 would become a day in March.
  const isReal = !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(`${year}-${month}-${date}`)
  if (!isReal) throw invalidArgument(`${name} is "${day}": write a day as 20261121 or 2026-11-21`)
  return year + month + date
}

function dayFormat(timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', {
      timeZone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    })
  } catch {
    throw invalidArgument(`the time zone "${timeZone}" is unknown: write an IANA name such as Asia/Tokyo`)
  }
}
