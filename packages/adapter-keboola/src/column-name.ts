import { invalidArgument } from '@stowage/core/driver'

/** The most characters of a column's name. */
export const maxColumnName = 64

const reserved: ReadonlySet<string> = new Set(['oid', 'tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid'])

/** Letters that don't come apart into a base letter and a mark. */
const plainLetters: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  Æ: 'AE',
  œ: 'oe',
  Œ: 'OE',
  ø: 'o',
  Ø: 'O',
  ł: 'l',
  Ł: 'L',
  đ: 'd',
  Đ: 'D',
  þ: 'th',
  Þ: 'TH',
  ð: 'd',
  Ð: 'D',
  ı: 'i',
}

/**
 * Gives the name the service keeps a column under (contract section 13.3): letters without their marks, everything else that is no letter,
 * digit or underscore as one underscore, none at the ends, and one behind names the database keeps for itself.
 */
export function normalizeColumnName(name: string): string {
  const ascii = name
    .replaceAll(/[^\p{ASCII}]/gu, (letter) => plainLetters[letter] ?? letter)
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
  const kept = ascii.replaceAll(/[^A-Za-z0-9_]+/g, '_').replaceAll(/^_+|_+$/g, '')
  return reserved.has(kept.toLowerCase()) ? `${kept}_` : kept
}

/**
 * Checks that the service keeps columns under exactly these names, and tells them apart.
 *
 * @throws StorageError `invalid-argument` for a name it would change, one that is too long, and two it can't tell apart
 */
export function checkColumnNames(names: readonly string[]): void {
  const seen = new Map<string, string>()
  for (const name of names) {
    checkColumnName(name)
    const folded = name.toLowerCase()
    const other = seen.get(folded)
    if (other !== undefined) {
      throw invalidArgument(`Keboola does not tell the columns "${other}" and "${name}" apart: rename one of them`, {
        column: name,
      })
    }
    seen.set(folded, name)
  }
}

function checkColumnName(name: string): void {
  const kept = normalizeColumnName(name)
  if (kept === '') {
    throw invalidArgument(`column "${name}" has no letter or digit that Keboola keeps: rename it`, { column: name })
  }
  if (kept !== name) {
    throw invalidArgument(`Keboola would keep column "${name}" as "${kept}": name it so yourself`, {
      column: name,
      normalized: kept,
    })
  }
  if (name.length > maxColumnName) {
    throw invalidArgument(`column "${name}" is longer than the ${maxColumnName} characters Keboola takes: shorten it`, {
      column: name,
    })
  }
}
