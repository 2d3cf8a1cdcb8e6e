import type { Column } from '../contract/column.ts'
import { invalidArgument, StorageError } from '../errors/storage-error.ts'
import { shortText } from './row-check.ts'

/** What happens to columns of a file that the table does not declare. */
export type UnknownColumns = 'refuse' | 'keep' | 'ignore'

/** A column of a file that is read. */
export interface CsvColumn {
  /** Where its cells are in a record. */
  readonly index: number
  /** Its name. */
  readonly name: string
  /** What the table declares it as. */
  readonly column: Column | undefined
}

/**
 * Checks the column names of a file and says which of them are read.
 *
 * @param names - as the header line or the caller gives them
 * @param columns - the table's; undefined when everything is read as text
 * @param line - the header's line, undefined when the caller gave the names
 * @throws StorageError `corrupt-data` for empty, repeated or impossible names; `invalid-argument` for names the table does
 * not have, and for required columns the file does not have
 */
export function planColumns(
  names: readonly string[],
  columns: readonly Column[] | undefined,
  unknownColumns: UnknownColumns,
  line: number | undefined,
): CsvColumn[] {
  checkNames(names, line)
  const declared = new Map(columns?.map((column) => [column.name, column]))
  const plan = names.map((name, index) => ({ index, name, column: declared.get(name) }))
  if (columns === undefined) return plan
  const lacking = columns.find((column) => column.required && !names.includes(column.name))
  if (lacking) {
    const message = `The CSV has no column ${quote(lacking.name)}, which the table requires: it has ${list(names)}`
    throw invalidArgument(message, { line, column: lacking.name })
  }
  const unknown = unknownColumns === 'refuse' ? plan.find(({ column }) => column === undefined) : undefined
  if (unknown) {
    const message = `The CSV has a column ${quote(unknown.name)} and the table has none: it has ${list([...declared.keys()])}`
    const remedy = "rename it, or pass unknownColumns: 'ignore' or 'keep'"
    throw invalidArgument(`${message}. Add it, ${remedy}`, { line, column: unknown.name })
  }
  return unknownColumns === 'ignore' ? plan.filter(({ column }) => column !== undefined) : plan
}

function checkNames(names: readonly string[], line: number | undefined): void {
  const seen = new Set<string>()
  for (const [index, name] of names.entries()) {
    const problem = nameProblem(name, seen)
    if (problem !== undefined) {
      const message = `Column ${index + 1} of the CSV ${problem}`
      throw new StorageError({ code: 'corrupt-data', message, details: { line, column: name } })
    }
    seen.add(name)
  }
}

function nameProblem(name: string, seen: ReadonlySet<string>): string | undefined {
  if (name === '') return 'has no name in the header line: name it, or pass header with all names'
  if (seen.has(name)) return `is named ${quote(name)} like one before it: rename one of them`
  if (name === '__proto__') return 'is named __proto__: rename it'
  if (name.includes('\0')) return 'has a NUL in its name: is the file UTF-16? Convert it to UTF-8'
  return undefined
}

function quote(name: string): string {
  return shortText(JSON.stringify(name))
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, 10).map(quote).join(', ')
  return names.length > 10 ? `${shown} and ${names.length - 10} more` : shown || 'none'
}
