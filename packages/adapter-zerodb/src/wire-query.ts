import { type Projection, type SortKey, StorageError } from '@stowage/core/driver'

/** A sort as the service takes it: the order of the keys is their precedence. */
export type WireSort = { readonly [path: string]: 1 | -1 }

/** A projection as the service takes it. */
export type WireProjection = { readonly [path: string]: 1 | 0 }

/** Tells whether the service can be asked to sort so: JavaScript moves keys that look like integers to the front of an object. */
export function canSort(sort: readonly SortKey[]): boolean {
  const keys = Object.keys(writeSort(sort))
  return sort.every(({ path }, index) => path === keys[index])
}

/**
 * Writes a sort as the service takes it.
 *
 * @throws StorageError `unsupported` for one whose order of keys can't be kept
 */
export function toWireSort(sort: readonly SortKey[]): WireSort {
  if (canSort(sort)) return writeSort(sort)
  const message = 'ZeroDB takes sorts as objects, in which keys that look like integers come first: sort by one of them'
  throw new StorageError({ code: 'unsupported', message })
}

/** Adds the row's id as the last key, so that equal rows have an order and pages don't repeat them. */
export function withTiebreak(sort: readonly SortKey[]): readonly SortKey[] {
  return sort.some(({ path }) => path === '_id') ? sort : [...sort, { path: '_id', direction: 1 }]
}

/**
 * Writes a projection as the service takes it. The row's id is always asked for: pages are told apart by it.
 *
 * @returns undefined for all fields
 */
export function toWireProjection(projection: Projection | undefined): WireProjection | undefined {
  if (projection === undefined) return undefined
  const paths = projection.paths.filter((path) => path !== '_id' && !path.startsWith('_id.'))
  if (projection.kind === 'include') return Object.fromEntries([...paths, '_id'].map((path) => [path, 1]))
  return paths.length === 0 ? undefined : Object.fromEntries(paths.map((path) => [path, 0]))
}

/** Tells whether a projection keeps the row's id. */
export function keepsRowId(projection: Projection | undefined): boolean {
  if (projection === undefined) return true
  return projection.paths.includes('_id') === (projection.kind === 'include')
}

function writeSort(sort: readonly SortKey[]): WireSort {
  const written = Object.create(null) as Record<string, 1 | -1>
  for (const { path, direction } of sort) written[path] = direction
  return written
}
