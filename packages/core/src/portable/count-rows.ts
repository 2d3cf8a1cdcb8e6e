import { type Receipt, ReceiptRecorder } from '../contract/receipt.ts'
import type { TableRequest } from '../driver/table-driver.ts'
import type { Filter } from '../filter/filter-types.ts'
import { isMatchAll } from '../filter/tree.ts'
import type { CallOptions } from './call-options.ts'
import { checkOptions } from './names.ts'
import { parseQuery } from './query.ts'
import { runQuery } from './run-query.ts'
import type { Session } from './session.ts'

/** What a count came to. */
export interface CountResult {
  /** How many rows match. */
  readonly count: number
  /** What it cost. */
  readonly receipt: Receipt
}

/** Counts matching rows: natively where the backend evaluates the whole filter, otherwise by reading them. */
export async function countRows(
  session: Session,
  request: TableRequest,
  filter: Filter | undefined,
  options: CallOptions,
): Promise<CountResult> {
  checkOptions('table.count', options, ['signal', 'timeoutMs'])
  const place = { operation: 'tables.count', resource: `${request.bucket}/${request.table}` }
  const isEmulated = session.isEmulated('tables.count', place)
  const query = parseQuery(request, filter, {})
  const receipt = new ReceiptRecorder()
  const count = await session.run(
    place,
    options,
    async (call) => {
      const plan = isEmulated ? undefined : await session.tables.plan(query, call)
      if (plan !== undefined && isMatchAll(plan.residual)) return session.tables.count(query, call)
      call.receipt.emulated.push('tables.count')
      let rows = 0
      const { pageSize } = session.driver.capabilities.limits
      for await (const batch of runQuery(session.tables, query, pageSize ?? 1000, call)) rows += batch.length
      return rows
    },
    receipt,
  )
  return { count, receipt: receipt.snapshot() }
}
