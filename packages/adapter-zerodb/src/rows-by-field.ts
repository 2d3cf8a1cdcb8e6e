import type { ZerodbRow } from './answers.ts'
import { mostPerPage, type ZerodbEndpoints } from './endpoints.ts'
import type { WireFilter } from './wire-filter.ts'
import type { ZerodbCallOptions } from './wire.ts'

/** Gives all rows that match, page by page; for filters that name few rows. */
export async function findByField(
  endpoints: ZerodbEndpoints,
  table: string,
  filter: WireFilter,
  call: ZerodbCallOptions,
): Promise<readonly ZerodbRow[]> {
  const byId = new Map<string, ZerodbRow>()
  for (let offset = 0; ;) {
    const query = { filter, sort: { _id: 1 } as const, limit: mostPerPage, offset }
    const { rows, total } = await endpoints.queryRows(table, query, call)
    for (const row of rows) byId.set(row._id, row)
    offset += rows.length
    if (rows.length === 0 || offset >= total) return [...byId.values()]
  }
}
