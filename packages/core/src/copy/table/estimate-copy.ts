import type { CallContext } from '../../driver/call.ts'
import { isMatchAll, type FilterNode } from '../../filter/tree.ts'
import { parseFilter } from '../../filter/parse-filter.ts'
import { pushedQuery } from '../../portable/run-query.ts'
import { defaultBatchRows } from '../../rows/row.ts'
import type { CopyPlan } from '../copy-plan.ts'
import { leastSeconds } from '../least-seconds.ts'
import { rowsPerLookup } from './keyed-lookup.ts'
import type { PreparedCopy } from './prepare-copy.ts'
import { CanonicalRows } from './row-digest.ts'
import { atEnd, type TableEnd } from './table-end.ts'

const sampleRows = 100
/** Looking both tables up, and counting, before and after. */
const fixedRequests = 4

/** Estimates what a copy takes, as far as limits and numbers of rows are known. */
export async function estimateCopy(
  source: TableEnd,
  prepared: PreparedCopy,
  call: CallContext,
): Promise<Pick<CopyPlan, 'rows' | 'bytes' | 'requests' | 'seconds'>> {
  const { target } = prepared
  const filter = parseFilter(prepared.options.filter ?? {})
  const rows = await countSource(source, prepared, filter, call)
  const bytesPerRow = rows === 0 ? 0 : await sampleRowBytes(source, filter, call)
  if (rows === undefined) return { rows, bytes: undefined, requests: undefined, seconds: undefined }
  const [reads, writes] = [readRequests(source, rows), writeRequests(prepared, pageRows(source), rows)]
  return {
    rows,
    bytes: bytesPerRow === undefined ? undefined : Math.round(rows * bytesPerRow),
    requests: reads + writes,
    seconds: leastSeconds({ session: source.session, requests: reads }, { session: target.session, requests: writes }),
  }
}

async function countSource(
  source: TableEnd,
  { sourceInfo }: PreparedCopy,
  filter: FilterNode,
  call: CallContext,
): Promise<number | undefined> {
  if (isMatchAll(filter)) return sourceInfo.rowCount
  const { session, request } = source
  if (session.driver.capabilities.operations['tables.count']?.kind !== 'native') return undefined
  return atEnd(source, 'tables.count', call.signal, async () => {
    const query = { ...request, filter, projection: undefined, sort: [], limit: undefined, offset: 0 }
    const { residual } = await session.tables.plan(query, call)
    return isMatchAll(residual) ? session.tables.count({ ...request, filter }, call) : undefined
  })
}

/** The bytes of a row as JSON, on the average of the first ones. */
async function sampleRowBytes(source: TableEnd, filter: FilterNode, call: CallContext): Promise<number | undefined> {
  const { session, request } = source
  if (session.driver.capabilities.operations['tables.find'] === undefined) return undefined
  const query = { ...request, filter, projection: undefined, sort: [], limit: sampleRows, offset: 0 }
  const texts = await atEnd(source, 'tables.find', call.signal, async () => {
    const plan = await session.tables.plan(query, call)
    if (plan.limit !== 'backend' || !isMatchAll(plan.residual)) return []
    const page = await session.tables.find(
      { ...pushedQuery(query, plan), pageSize: sampleRows, pageToken: undefined },
      call,
    )
    return new CanonicalRows().texts(page.batch)
  })
  return texts.length === 0 ? undefined : Buffer.byteLength(texts.join('')) / texts.length
}

function pageRows({ session }: TableEnd): number {
  return Math.min(defaultBatchRows, session.driver.capabilities.limits.pageSize ?? defaultBatchRows)
}

function readRequests(source: TableEnd, rows: number): number {
  return fixedRequests + Math.max(1, Math.ceil(rows / pageRows(source)))
}

function writeRequests({ target, options, loadMode }: PreparedCopy, batchRows: number, rows: number): number {
  const { limits, operations } = target.session.driver.capabilities
  const isLookedUp = options.mode === 'skip-existing'
  const lookups = isLookedUp ? Math.ceil(rows / (rowsPerLookup(options.concurrency) / options.concurrency)) : 0
  const readBack = options.verify === 'read-back' ? Math.max(1, Math.ceil(rows / pageRows(target))) : 0
  if (operations['tables.load']?.kind === 'native') return fixedRequests + 1 + lookups + readBack
  const perRow = loadMode === 'upsert' && operations['tables.upsert']?.kind === 'emulated'
  const batches = Math.ceil(rows / Math.min(batchRows, limits.rowsPerInsert ?? Infinity))
  return fixedRequests + (perRow ? rows : batches) + lookups + readBack
}
