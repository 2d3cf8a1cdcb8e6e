import type { KeboolaContext } from '../keboola-context.ts'
import { badRequest } from '../keboola-error.ts'
import { forgetMetadata } from '../metadata/metadata-items.ts'
import { dropIfThere } from './stored-table.ts'

/** Drops a table, with its aliases where that is wanted; nothing where it is gone. */
export async function dropTable(context: KeboolaContext, id: string, force: boolean): Promise<void> {
  const table = context.tables.find(id)
  if (table === undefined) return
  const aliases = context.tables.aliasesOf(id)
  if (aliases.length > 0 && !force) {
    const names = aliases.map((one) => one.id).join(', ')
    const message = `The ${table.name} table cannot be deleted. Delete all associated aliases first: ${names}`
    throw badRequest(message, 'tables.cannotDeletedTableWithAliases')
  }
  for (const alias of aliases) await dropTable(context, alias.id, true)
  if (table.alias === null) await dropIfThere(context.storage.bucket(table.bucketId).table(table.storedName))
  const columns = context.tables.columnsOf(table)
  await context.tables.delete(id)
  context.exports.forgetTable(id)
  await context.buckets.change(table.bucketId, { lastChangeMs: context.clock.now() })
  await forgetMetadata(context, 'table', id)
  for (const { name } of columns) await forgetMetadata(context, 'column', `${id}.${name}`)
}
