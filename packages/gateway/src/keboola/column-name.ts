const reserved: ReadonlySet<string> = new Set(['oid', 'tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid'])

const maxColumnNameLength = 64

// Letters that are one character and have no marks to take off.
const letters: Readonly<Record<string, string>> = {
  ß: 'ss',
  ẞ: 'SS',
  æ: 'ae',
  Æ: 'AE',
  œ: 'oe',
  Œ: 'OE',
  ø: 'o',
  Ø: 'O',
  đ: 'd',
  Đ: 'D',
  ð: 'd',
  Ð: 'D',
  þ: 'th',
  Þ: 'TH',
  ł: 'l',
  Ł: 'L',
  ħ: 'h',
  Ħ: 'H',
  ı: 'i',
  ŧ: 't',
  Ŧ: 'T',
  ŋ: 'n',
  Ŋ: 'N',
}

/**
 * Makes the name a column is stored by from what a header or a request calls it: letters lose their marks, every run of other
 * characters becomes one underscore, and none is left at the ends. Names PostgreSQL keeps for itself get one behind them.
 *
 * Applying it again changes nothing. The result may be empty or too long: see {@link isColumnName}.
 */
export function webalizeColumnName(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[^\0-\x7f]/gu, (letter) => letters[letter] ?? letter)
  const joined = plain.replace(/[^A-Za-z0-9_]+/g, '_')
  const trimmed = trimUnderscores(joined)
  return reserved.has(trimmed.toLowerCase()) ? `${trimmed}_` : trimmed
}

/** Tells whether a name that was made by {@link webalizeColumnName} can be that of a column. */
export function isColumnName(name: string): boolean {
  return name !== '' && name.length <= maxColumnNameLength
}

// By hand: a pattern for the end of a text takes quadratic time on long runs.
function trimUnderscores(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && text[start] === '_') start += 1
  while (end > start && text[end - 1] === '_') end -= 1
  return text.slice(start, end)
}
