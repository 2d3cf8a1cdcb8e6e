// The zone of the stack: times without a zone are in it, and answers show it. It isn't UTC, as at the service, so that clients
// that drop the zone are found out.
const zoneMinutes = 60

const secondMs = 1000
const minuteMs = 60 * secondMs
const dayMs = 24 * 60 * minuteMs

const unitMs: Readonly<Record<string, number>> = {
  sec: secondMs,
  second: secondMs,
  min: minuteMs,
  minute: minuteMs,
  hour: 60 * minuteMs,
  day: dayMs,
  week: 7 * dayMs,
}

/** Writes an instant as answers have it: `2026-11-20T09:15:02+0100`, without milliseconds and without a colon in the zone. */
export function formatTime(ms: number): string {
  const local = new Date(ms + zoneMinutes * minuteMs).toISOString().slice(0, 19)
  return `${local}+${pad(zoneMinutes / 60)}${pad(zoneMinutes % 60)}`
}

/**
 * Reads an instant as clients write it: seconds since 1970; a date, with or without a time, with any of the three forms of a zone
 * or none, which means the stack's own; `now`, `today`, `midnight`, `yesterday`, `tomorrow`; or a step from now such as `-2 days`
 * or `3 hours ago`. It is the part of PHP's `strtotime` that documents use.
 *
 * @returns milliseconds since 1970; undefined for anything else
 */
export function parseTime(text: string, nowMs: number): number | undefined {
  const trimmed = text.trim()
  if (/^\d{1,11}$/.test(trimmed)) return Number(trimmed) * secondMs
  const word = trimmed.toLowerCase()
  return parseWord(word, nowMs) ?? parseStep(word, nowMs) ?? parseDate(trimmed)
}

function parseWord(word: string, nowMs: number): number | undefined {
  if (word === 'now') return nowMs
  const midnight = Math.floor((nowMs + zoneMinutes * minuteMs) / dayMs) * dayMs - zoneMinutes * minuteMs
  if (word === 'today' || word === 'midnight') return midnight
  if (word === 'yesterday') return midnight - dayMs
  return word === 'tomorrow' ? midnight + dayMs : undefined
}

function parseStep(word: string, nowMs: number): number | undefined {
  const [, sign = '+', count = '', unit = '', ago] = /^([+-])? ?(\d{1,9}) ?([a-z]{3,6}?)s?( ago)?$/.exec(word) ?? []
  const ms = Object.hasOwn(unitMs, unit) ? unitMs[unit] : undefined
  if (ms === undefined) return undefined
  const direction = (sign === '-') === (ago === undefined) ? -1 : 1
  return nowMs + direction * Number(count) * ms
}

const datePattern =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?: ?(Z|[+-]\d\d(?::?\d\d)?))?)?$/i

function parseDate(text: string): number | undefined {
  const parts = datePattern.exec(text)
  if (parts === null) return undefined
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', zone] = parts
  const utc = `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.padEnd(3, '0').slice(0, 3)}Z`
  const ms = Date.parse(utc)
  // The 31st of a shorter month would be another day.
  if (Number.isNaN(ms) || new Date(ms).toISOString() !== utc) return undefined
  return ms - zoneOffsetMinutes(zone) * minuteMs
}

function zoneOffsetMinutes(zone: string | undefined): number {
  if (zone === undefined) return zoneMinutes
  if (zone.toUpperCase() === 'Z') return 0
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0')
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))
  return zone.startsWith('-') ? -minutes : minutes
}

function pad(number: number): string {
  return String(number).padStart(2, '0')
}
