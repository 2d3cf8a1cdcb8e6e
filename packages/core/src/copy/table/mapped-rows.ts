import type { RowBatch } from '../../rows/row.ts'
import type { TransferControls } from '../../transfer/transfer.ts'
import type { PreparedCopy } from './prepare-copy.ts'
import { RowMapper } from './row-mapper.ts'
import { SourceRows } from './source-rows.ts'

/** Reads the rows of the source as they are written to the target. Each call reads them once more. */
export async function* mappedRows(
  { source, sourceInfo, options, mapping }: PreparedCopy,
  controls: TransferControls,
): AsyncGenerator<RowBatch, void, undefined> {
  const mapper = new RowMapper(mapping)
  let row = 0
  for await (const batch of new SourceRows(source, sourceInfo, options).read(controls)) {
    const mapped = mapper.map(batch, row)
    row += batch.rows.length
    yield mapped
  }
}
