import { parseQuery } from '../../portable/query.ts'
import { readTable } from '../../portable/export-table.ts'
import { splitBatches } from '../../rows/batch.ts'
import type { RowBatch } from '../../rows/row.ts'
import type { TransferControls } from '../../transfer/transfer.ts'
import type { CopyVerify } from '../copy-plan.ts'
import type { BucketSums } from './bucket-sums.ts'
import { DifferingRows } from './differing-rows.ts'
import { forRowsWithKeys, keyTexts, rowsPerLookup } from './keyed-lookup.ts'
import type { PreparedCopy } from './prepare-copy.ts'
import type { RowHash } from './row-digest.ts'
import { RowLedger } from './row-ledger.ts'
import { atEnd } from './table-end.ts'

/** Reads the rows of the source once more, as they are written. */
export type ReadAgain = () => AsyncIterable<RowBatch>

/**
 * How the target is read again: `whole` where it holds what was copied and nothing else, `by-key` where copied rows are looked up among
 * others, `by-sums` where copied rows can't be told from others, and the target is added up before and after.
 */
export type ReadBackWay = 'whole' | 'by-key' | 'by-sums'

/** Chooses the way. A row that was skipped differs from the source's by right, so lookups would not tell. */
export function readBackWay({ options, targetInfo }: PreparedCopy, before: number | undefined): ReadBackWay {
  if (options.mode === 'replace' || before === 0) return 'whole'
  return targetInfo.primaryKey.length === 0 || options.mode === 'skip-existing' ? 'by-sums' : 'by-key'
}

/** Makes a ledger for rows of the target: of those columns that are written, where others may be there. */
export function ledgerFor(
  { options, targetInfo, sourceInfo, mapping }: PreparedCopy,
  level: CopyVerify = options.verify,
): RowLedger {
  const hasFields = mapping.undeclared === 'pass' && sourceInfo.undeclaredFields === 'keep'
  return new RowLedger({
    level,
    primaryKey: targetInfo.primaryKey,
    columns: hasFields ? undefined : mapping.columns.map(({ to }) => to),
  })
}

/** Reads the target and adds its rows up. */
export async function addUpTarget(prepared: PreparedCopy, controls: TransferControls): Promise<RowLedger> {
  const ledger = ledgerFor(prepared)
  for await (const batch of readTarget(prepared, controls)) ledger.add(batch)
  return ledger
}

/**
 * Reads the target again and compares it with what was written.
 *
 * @param before - the target's rows as they were; needed by sums
 * @returns what was compared, in a line
 * @throws {@link StorageError} `corrupt-data` that names the keys of rows which differ, the first ten
 */
export async function readBack(
  prepared: PreparedCopy,
  way: ReadBackWay,
  { written, before }: { readonly written: RowLedger; readonly before: RowLedger | undefined },
  readAgain: ReadAgain,
  controls: TransferControls,
): Promise<string> {
  if (way === 'by-key') return compareByKey(prepared, readAgain, controls)
  const found = await addUpTarget(prepared, controls)
  const [there, expected] = [found.buckets as BucketSums, written.buckets as BucketSums]
  if (before?.buckets !== undefined) there.subtract(before.buckets)
  const differing = there.differing(expected)
  if (differing.length > 0) {
    const differences = new DifferingRows(prepared, way === 'by-sums' ? 'missing' : 'all')
    if (prepared.targetInfo.primaryKey.length === 0) throw differences.toError()
    throw await findDifferences(prepared, differences, new Set(differing.slice(0, mostBuckets(found.rows))), {
      readAgain,
      controls,
    })
  }
  if (way === 'whole') return `all ${found.rows} rows of the target were read again and are those of the source`
  return `the target was read before and after: what came to it is the ${written.rows} rows that were written`
}

const bucketRows = 4096
const maxHeldRows = 100_000

/** How many buckets are looked into: their rows are held. */
function mostBuckets(rows: number): number {
  return Math.max(1, Math.floor(maxHeldRows / (rows / bucketRows + 1)))
}

async function findDifferences(
  prepared: PreparedCopy,
  differences: DifferingRows,
  wanted: ReadonlySet<number>,
  { readAgain, controls }: { readonly readAgain: ReadAgain; readonly controls: TransferControls },
): Promise<Error> {
  const look = async (batches: AsyncIterable<RowBatch>, note: (key: string, row: RowHash) => void): Promise<void> => {
    const ledger = ledgerFor(prepared)
    for await (const batch of batches) {
      const hashes = ledger.hash(batch)
      const buckets = (ledger.buckets as BucketSums).bucketsOf(batch, hashes)
      const keys = keyTexts(batch, prepared.targetInfo.primaryKey)
      for (const [row, bucket] of buckets.entries())
        if (wanted.has(bucket)) note(keys[row] ?? '', hashes[row] as RowHash)
    }
  }
  await look(readAgain(), (key, row) => differences.expect(key, row))
  await look(readTarget(prepared, controls), (key, row) => differences.find(key, row))
  return differences.toError()
}

async function compareByKey(prepared: PreparedCopy, readAgain: ReadAgain, controls: TransferControls): Promise<string> {
  const { target, targetInfo, options } = prepared
  const { primaryKey } = targetInfo
  const ledger = ledgerFor(prepared)
  let rows = 0
  for await (const batch of splitBatches(readAgain(), rowsPerLookup(options.concurrency))) {
    const differences = new DifferingRows(prepared, 'all')
    const note = (part: RowBatch, take: (key: string, row: RowHash) => void): void => {
      const hashes = ledger.hash(part)
      for (const [row, key] of keyTexts(part, primaryKey).entries()) take(key, hashes[row] as RowHash)
    }
    note(batch, (key, row) => differences.expect(key, row))
    const how = { fields: undefined, concurrency: options.concurrency }
    const onRows = (found: RowBatch): void => note(found, (key, row) => differences.find(key, row))
    await forRowsWithKeys(target, primaryKey, batch, how, onRows, controls)
    if (differences.count > 0) throw differences.toError()
    rows += batch.rows.length
  }
  return `${rows} rows were looked up in the target by their keys and are those of the source`
}

async function* readTarget(
  { target }: PreparedCopy,
  controls: TransferControls,
): AsyncGenerator<RowBatch, void, undefined> {
  const { session, request } = target
  const query = parseQuery(request, {}, {})
  const at = <Result>(work: () => Promise<Result>): Promise<Result> =>
    atEnd(target, 'tables.find', controls.signal, work)
  const plan = await at(() => session.tables.plan(query, controls))
  const batches = (await readTable(session, query, plan, undefined, controls))[Symbol.asyncIterator]()
  try {
    for (let next = await at(() => batches.next()); next.done !== true; next = await at(() => batches.next())) {
      await controls.gate()
      yield next.value
    }
  } finally {
    await batches.return?.()
  }
}
