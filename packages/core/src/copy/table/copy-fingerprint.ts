import { createHash } from 'node:crypto'
import type { TableInfo } from '../../contract/table.ts'
import { compareText } from '../../filter/compare.ts'
import { formatFilter } from '../../filter/format-filter.ts'
import { parseFilter } from '../../filter/parse-filter.ts'
import type { PreparedCopy, TableCopy } from './prepare-copy.ts'
import { nameOfEnd } from './table-end.ts'

/** Gives a digest of what a copy would do: other rows, columns or options at either end give another one, as far as the backends tell. */
export function fingerprintOf(prepared: PreparedCopy): string {
  const { sourceInfo, targetInfo, definition } = prepared
  return digestOf([
    describeCopy(prepared),
    factsOf(sourceInfo),
    definition === undefined ? factsOf(targetInfo) : 'none',
  ])
}

/** Gives a text that tells copies apart: both ends and all options that decide what is written. */
export function describeCopy({ source, target, options }: TableCopy): string {
  const { mode, columns, rename, filter, create, allowLossy } = options
  return JSON.stringify([
    source.name,
    source.form,
    nameOfEnd(target),
    mode,
    columns ?? null,
    Object.entries(rename ?? {}).toSorted(([left], [right]) => compareText(left, right)),
    filter === undefined ? {} : filterText(filter),
    create,
    allowLossy === undefined || allowLossy === true ? (allowLossy ?? null) : allowLossy.toSorted(compareText),
  ])
}

/** Gives a digest of anything JSON can hold. */
export function digestOf(facts: unknown): string {
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex')
}

function filterText(filter: NonNullable<TableCopy['options']['filter']>): string {
  const plain = (_: string, value: unknown): unknown => (value instanceof RegExp ? String(value) : value)
  return JSON.stringify(formatFilter(parseFilter(filter)), plain)
}

function factsOf({ columns, primaryKey, undeclaredFields, rowCount, updatedAt }: TableInfo): readonly unknown[] {
  const schema = columns.map(({ name, type, required }) => [name, type, required])
  return [schema, primaryKey, undeclaredFields, rowCount ?? null, updatedAt?.getTime() ?? null]
}
