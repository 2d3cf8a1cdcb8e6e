const form = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:(Z)|([+-])(\d\d):?(\d\d))?$/

/**
 * Reads an instant as the service writes them: `2026-11-20T09:15:02+0100`, `2026-11-20T09:15:02+01:00` or `2017-02-13 23:36:10`, which has
 * no zone and is taken for UTC. Engines differ in what they read of the first, so none is asked.
 *
 * @returns undefined for anything else
 */
export function toInstant(text: string): Date | undefined {
  const [, year, month, day, hour, minute, second, fraction = '', , sign, offsetHours = 0, offsetMinutes = 0] =
    form.exec(text) ?? []
  if (year === undefined) return undefined
  const [monthNumber, dayNumber] = [Number(month), Number(day)]
  const ms = Date.UTC(Number(year), monthNumber - 1, dayNumber, Number(hour), Number(minute), Number(second))
  // A month 13 or a 30th of February would become another day.
  const isReal = new Date(ms).getUTCDate() === dayNumber && monthNumber >= 1 && monthNumber <= 12
  if (!isReal || Number(hour) > 23) return undefined
  const offset = (Number(offsetHours) * 60 + Number(offsetMinutes)) * 60_000
  return new Date(ms + Number(fraction.padEnd(3, '0').slice(0, 3)) - (sign === '-' ? -offset : offset))
}
