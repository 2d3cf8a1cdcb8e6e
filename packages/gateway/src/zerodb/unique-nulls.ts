import type { Filter, IndexDefinition, JsonValue, Row } from '@stowage/core'
import { compileUpdate } from '@stowage/core/driver'
import type { CheckedFilter, CheckedUpdate } from './documented-operators.ts'
import { idColumn } from './schema.ts'
import type { ServedTable } from './served-table.ts'

/**
 * Refuses rows that share the values of a unique index with each other or with a stored row when null or missing is among these
 * values. As in MongoDB they clash like any other; storages take nulls for different, and look after the rest themselves.
 *
 * @param explain - makes the refusal of the row at an index
 */
export async function refuseNullClash(
  served: ServedTable,
  rows: readonly Row[],
  explain: (at: number) => Error,
): Promise<void> {
  for (const index of nullableIndexes(served)) {
    const seen = new Set<string>()
    for (const [at, row] of rows.entries()) {
      const values = valuesWithNull(index, row)
      if (values === undefined) continue
      const key = JSON.stringify(values)
      if (seen.has(key) || (await isStored(served, index, values))) throw explain(at)
      seen.add(key)
    }
  }
}

/** The same for the rows an update changes, before it does. */
export async function refuseNullClashOfUpdate(
  served: ServedTable,
  { filter }: CheckedFilter,
  { tree }: CheckedUpdate,
  explain: () => Error,
): Promise<void> {
  const fields = new Set(tree.map(({ path }) => path.split('.')[0]))
  const indexes = nullableIndexes(served).filter(({ columns }) => columns.some((name) => fields.has(name)))
  if (indexes.length === 0) return
  const { ids, found } = await imagesAfter(served, filter, compileUpdate(tree), indexes)
  for (const { index, values, count } of found.values()) {
    if (count > 1 || (await isStored(served, index, values, ids))) throw explain()
  }
}

interface Image {
  readonly index: IndexDefinition
  readonly values: readonly JsonValue[]
  count: number
}

async function imagesAfter(
  served: ServedTable,
  filter: Filter,
  apply: ReturnType<typeof compileUpdate>,
  indexes: readonly IndexDefinition[],
): Promise<{ readonly ids: ReadonlySet<JsonValue | undefined>; readonly found: ReadonlyMap<string, Image> }> {
  const ids = new Set<JsonValue | undefined>()
  const found = new Map<string, Image>()
  const note = (row: Row): void => {
    ids.add(row[idColumn])
    const after = apply(row).row
    for (const index of indexes) {
      const values = valuesWithNull(index, after)
      if (values === undefined) continue
      const key = JSON.stringify([index.name, values])
      const image = found.get(key) ?? { index, values, count: 0 }
      image.count += 1
      found.set(key, image)
    }
  }
  for await (const batch of served.rows.find(filter, {}).batches()) for (const row of batch) note(row)
  return { ids, found }
}

function nullableIndexes({ info }: ServedTable): IndexDefinition[] {
  const required = new Set(info.columns.flatMap(({ name, required: isRequired }) => (isRequired ? [name] : [])))
  // A field whose name reads as a path can't be looked up.
  const isSearchable = (name: string): boolean => !name.includes('.') && !name.startsWith('$')
  return info.indexes.filter(
    ({ unique, columns }) =>
      unique === true && columns.every(isSearchable) && columns.some((name) => !required.has(name)),
  )
}

function valuesWithNull({ columns }: IndexDefinition, row: Row): readonly JsonValue[] | undefined {
  const values = columns.map((name) => (Object.hasOwn(row, name) ? (row[name] ?? null) : null))
  return values.includes(null) ? values : undefined
}

async function isStored(
  { rows }: ServedTable,
  { columns }: IndexDefinition,
  values: readonly JsonValue[],
  except: ReadonlySet<JsonValue | undefined> = new Set(),
): Promise<boolean> {
  const filter = Object.fromEntries(columns.map((name, at) => [name, { $eq: values[at] ?? null }]))
  for await (const batch of rows.find(filter, { projection: [idColumn] }).batches()) {
    if (batch.some((row) => !except.has(row[idColumn]))) return true
  }
  return false
}
