import type { RowBatch } from '../../rows/row.ts'
import type { TransferControls } from '../../transfer/transfer.ts'
import type { PreparedCopy } from './prepare-copy.ts'
import { RowMapper } from './row-mapper.ts'

/** Reads the rows of the source as they are written to the target. Each call reads them once more. */
export async function* mappedRows(
  { source, sourceInfo, mapping }: PreparedCopy,
  controls: TransferControls,
): AsyncGenerator<RowBatch, void, undefined> {
  const mapper = new RowMapper(mapping)
  let row = 0
  for await (const batch of source.read(sourceInfo, controls)) {
    const mapped = mapper.map(batch, row)
    row += batch.rows.length
    yield mapped
  }
}
