import { invalidArgument } from '@stowage/core/driver'

/** The most characters of a table's name, and of a bucket's behind its stage, `c-` included. */
export const keboolaNameLength = 96

/** The most characters of a column's name. */
export const keboolaColumnLength = 64

const bucketName = /^(?:in|out)\.c-([A-Za-z0-9_-]+)$/
const displayName = /^[A-Za-z0-9-][A-Za-z0-9_-]{0,95}$/
const reserved = /^(?:oid|tableoid|xmin|cmin|xmax|cmax|ctid)$/i

/** Tells whether a name can be that of a bucket for tables. */
export function isTableBucket(bucket: string): boolean {
  const name = bucketName.exec(bucket)?.[1]
  return name !== undefined && `c-${name}`.length <= keboolaNameLength
}

/** Gives the name for people of a new bucket: what stands behind the stage, unless another one is given. */
export function newDisplayName(bucket: string, given: string | undefined): string {
  const name = bucketName.exec(bucket)?.[1]
  if (name === undefined || `c-${name}`.length > keboolaNameLength) {
    const rule = `in. or out., c-, and letters, digits, dashes or underscores, ${keboolaNameLength} at most with the c-`
    throw invalidArgument(`Keboola has no bucket called ${JSON.stringify(bucket)}: use ${rule}`)
  }
  checkDisplayName(given)
  return given ?? name
}

/** Refuses a name for people that the service would not take. */
export function checkDisplayName(name: string | undefined): void {
  if (name === undefined || displayName.test(name)) return
  const rule = 'letters, digits, dashes and underscores, not beginning with one'
  throw invalidArgument(`a bucket of Keboola is not displayed as ${JSON.stringify(name)}: use ${rule}`)
}

/** Refuses the name of a table that the service would not take. */
export function checkKeboolaTable(table: string): void {
  if (/^[A-Za-z0-9_-]+$/.test(table) && table.length <= keboolaNameLength) return
  const rule = `letters, digits, dashes and underscores, ${keboolaNameLength} at most`
  throw invalidArgument(`Keboola has no table called ${JSON.stringify(table)}: use ${rule}`)
}

/**
 * Refuses names of columns that the service would not keep as they are, or not tell apart: it takes marks off letters, makes one underscore
 * of whatever is no letter, digit or underscore, drops those at the ends and adds one to names that its databases reserve.
 */
export function checkKeboolaColumns(names: readonly string[]): void {
  const seen = new Map<string, string>()
  for (const name of names) {
    const twin = seen.get(name.toLowerCase())
    seen.set(name.toLowerCase(), name)
    const problem = columnProblem(name) ?? (twin === undefined ? undefined : `is "${twin}" to it`)
    if (problem === undefined) continue
    throw invalidArgument(`Keboola can not have the column ${JSON.stringify(name)}, which ${problem}: rename it`, {
      column: name,
    })
  }
}

function columnProblem(name: string): string | undefined {
  if (!/^[A-Za-z0-9_]+$/.test(name)) return 'has more than letters, digits and underscores of ASCII'
  if (name.startsWith('_') || (name.endsWith('_') && !reserved.test(name.slice(0, -1)))) {
    return 'begins or ends with an underscore'
  }
  if (reserved.test(name)) return 'is a name its databases reserve'
  return name.length > keboolaColumnLength ? `is longer than ${keboolaColumnLength} characters` : undefined
}
