import { type Receipt, ReceiptRecorder } from '../contract/receipt.ts'
import type { CallContext } from '../driver/call.ts'
import type { TableQuery, TableRequest, UpdateCounts } from '../driver/table-driver.ts'
import { StorageError, invalidArgument } from '../errors/storage-error.ts'
import { compileUpdate } from '../filter/compile-update.ts'
import type { Filter, Update } from '../filter/filter-types.ts'
import { parseUpdate } from '../filter/parse-update.ts'
import { isMatchAll, type UpdateTree } from '../filter/tree.ts'
import { upsertRow } from '../filter/upsert-row.ts'
import { toBatch } from '../rows/batch.ts'
import type { Row, RowBatch } from '../rows/row.ts'
import type { CallOptions } from './call-options.ts'
import { insertBatch } from './insert-rows.ts'
import { checkOptions } from './names.ts'
import { parseQuery } from './query.ts'
import { runQuery } from './run-query.ts'
import type { CallPlace, Session } from './session.ts'

/** Options of updating rows. */
export interface UpdateOptions extends CallOptions {
  /** Says that an empty filter, and so every row, is meant. Default false. */
  readonly all?: boolean | undefined
  /** Whether a row made of the filter's plain equalities and the update is inserted when nothing matches. Default false. */
  readonly upsert?: boolean | undefined
}

/** What an update did. */
export interface UpdateResult extends UpdateCounts {
  /** What it cost. */
  readonly receipt: Receipt
}

/** How many changed rows an emulated update holds at most before it writes them. */
const maxHeldRows = 200_000

/** Changes matching rows: in one request where the backend can, otherwise by reading, changing and upserting them. */
export async function updateRows(
  session: Session,
  request: TableRequest,
  what: { readonly filter: Filter; readonly update: Update },
  options: UpdateOptions,
): Promise<UpdateResult> {
  checkOptions('table.update', options, ['all', 'upsert', 'signal', 'timeoutMs'])
  const place = { operation: 'tables.update', resource: `${request.bucket}/${request.table}` }
  const query = parseQuery(request, what.filter, {})
  if (isMatchAll(query.filter) && options.all !== true) {
    throw invalidArgument('update got an empty filter, which matches every row: pass all: true if that is meant')
  }
  const update = parseUpdate(what.update)
  const newRow = options.upsert === true ? toBatch([upsertRow(query.filter, update)]) : undefined
  const isEmulated = session.isEmulated('tables.update', place)
  const isUpsertEmulated = newRow !== undefined && session.isEmulated('tables.updateUpsert', place)
  const receipt = new ReceiptRecorder()
  const counts = await session.run(
    place,
    options,
    async (call) => {
      const plan = await session.tables.plan(query, call)
      if (!isEmulated && !isUpsertEmulated && isMatchAll(plan.residual)) {
        return session.tables.update({ ...request, filter: query.filter, update, upsertRow: newRow }, call)
      }
      return emulateUpdate(session, query, update, newRow, place, call)
    },
    receipt,
  )
  return { ...counts, receipt: receipt.snapshot() }
}

async function emulateUpdate(
  session: Session,
  query: TableQuery,
  update: UpdateTree,
  newRow: RowBatch | undefined,
  place: CallPlace,
  call: CallContext,
): Promise<UpdateCounts> {
  call.receipt.emulated.push('tables.update')
  const { primaryKey } = await session.tables.get(query, call)
  checkKeyStays(session, primaryKey, update, place)
  const { matched, changed } = await changeRows(session, query, update, place, call)
  if (matched === 0 && newRow !== undefined) {
    await insertBatch(session, query, 'append', newRow, place, call)
    return { matched: 0, modified: 0, inserted: 1 }
  }
  await insertBatch(session, query, 'upsert', toBatch(changed), place, call)
  return { matched, modified: changed.length, inserted: 0 }
}

// All rows are read before the first is written: writing while paging could change what the later pages hold.
async function changeRows(
  session: Session,
  query: TableQuery,
  update: UpdateTree,
  place: CallPlace,
  call: CallContext,
): Promise<{ matched: number; changed: Row[] }> {
  const apply = compileUpdate(update)
  const changed: Row[] = []
  let matched = 0
  for await (const rows of runQuery(session.tables, query, session.driver.capabilities.limits.pageSize ?? 1000, call)) {
    matched += rows.length
    for (const row of rows) {
      const result = apply(row)
      if (result.isModified) changed.push(result.row)
    }
    if (changed.length > maxHeldRows) {
      throw refusal(session, place, `more than ${maxHeldRows} rows would change: narrow the filter and update in steps`)
    }
  }
  return { matched, changed }
}

function checkKeyStays(session: Session, primaryKey: readonly string[], update: UpdateTree, place: CallPlace): void {
  if (primaryKey.length === 0) {
    throw refusal(session, place, 'the table has no primary key to write changed rows back by: set one')
  }
  const touched = update.find(({ path }) => primaryKey.includes(path))
  if (touched !== undefined) {
    throw refusal(
      session,
      place,
      `changing "${touched.path}" of the primary key would make new rows: delete and insert instead`,
    )
  }
}

function refusal(session: Session, place: CallPlace, why: string): StorageError {
  const message = `${session.driver.backend} can't run this update itself, and core can't emulate it: ${why}`
  return new StorageError({ code: 'unsupported', message }, { backend: session.driver.backend, ...place })
}
