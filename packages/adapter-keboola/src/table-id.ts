import { invalidArgument } from '@stowage/core/driver'

/**
 * Takes the id of a table apart.
 *
 * @throws StorageError `invalid-argument` for what isn't three parts with dots between; a name in SQL is told apart
 */
export function splitTableId(tableId: string): { readonly bucketId: string; readonly name: string } {
  refuseSqlName(tableId)
  const [, bucketId, name] = /^([^.]+\.[^.]+)\.([^.]+)$/.exec(tableId) ?? []
  if (bucketId !== undefined && name !== undefined) return { bucketId, name }
  throw invalidArgument(`${JSON.stringify(tableId)} is no table's id: write one such as in.c-main.orders`)
}

/**
 * Refuses a table's name in SQL where the Storage API takes an id: the two contexts don't mix.
 *
 * @throws StorageError `invalid-argument`
 */
export function refuseSqlName(tableId: string): void {
  if (!/["`]/.test(tableId)) return
  const message = `${tableId} is a table's name in SQL, for a workspace: the Storage API takes its id, such as in.c-main.orders`
  throw invalidArgument(message)
}
