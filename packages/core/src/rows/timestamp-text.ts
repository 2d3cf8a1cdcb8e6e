const zero = 48
const daysInMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/**
 * Tells whether a text is a timestamp: an RFC 3339 date-time such as `2026-11-21T09:30:00Z` or
 * `2026-11-21T10:30:00.250+01:00`.
 *
 * `T` and `Z` are upper case, the offset is there, the fraction may have any number of digits, and the day is one of the
 * calendar: 2026-02-29 is refused. So are 24:00 and leap seconds, which no backend can hold.
 */
export function isTimestamp(text: string): boolean {
  if (text.length < 20 || !hasSeparators(text)) return false
  const year = digits(text, 0, 4)
  const month = digits(text, 5, 2)
  const day = digits(text, 8, 2)
  if (year < 0 || month < 1 || month > 12 || day < 1 || day > lastDay(year, month)) return false
  const isTime =
    isBelow(digits(text, 11, 2), 24) && isBelow(digits(text, 14, 2), 60) && isBelow(digits(text, 17, 2), 60)
  return isTime && isOffset(text, afterFraction(text))
}

function hasSeparators(text: string): boolean {
  return text[4] === '-' && text[7] === '-' && text[10] === 'T' && text[13] === ':' && text[16] === ':'
}

/** Reads digits as a number; negative when one of them isn't a digit. */
function digits(text: string, start: number, count: number): number {
  let value = 0
  for (let index = start; index < start + count; index++) {
    const digit = text.charCodeAt(index) - zero
    if (!(digit >= 0 && digit <= 9)) return -1
    value = value * 10 + digit
  }
  return value
}

function isBelow(value: number, limit: number): boolean {
  return value >= 0 && value < limit
}

function lastDay(year: number, month: number): number {
  const isLeapYear = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return month === 2 && isLeapYear ? 29 : (daysInMonth[month - 1] ?? 0)
}

/** Where the fraction ends; -1 for a dot without digits. */
function afterFraction(text: string): number {
  if (text[19] !== '.') return 19
  let end = 20
  while (digits(text, end, 1) >= 0) end++
  return end === 20 ? -1 : end
}

function isOffset(text: string, start: number): boolean {
  if (text[start] === 'Z') return text.length === start + 1
  if (text[start] !== '+' && text[start] !== '-') return false
  const hasShape = text.length === start + 6 && text[start + 3] === ':'
  return hasShape && isBelow(digits(text, start + 1, 2), 24) && isBelow(digits(text, start + 4, 2), 60)
}
