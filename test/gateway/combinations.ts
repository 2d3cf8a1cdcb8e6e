import type { BackendName } from './served-backends.ts'

/** An API that a gateway serves. */
export type ApiName = 'keboola' | 'zerodb' | 'abeja' | 'dcss'

/** What becomes of an API over a backend: it is served, or refused when the gateway starts, for the lack of this. */
export type Outcome =
  | { readonly served: true; readonly note?: string }
  | { readonly served: false; readonly lacks: string }

const served: Outcome = { served: true }
const lacks = (what: string): Outcome => ({ served: false, lacks: what })

/** What serves what: the matrix test tries each, and the page of gateways shows it. */
export const combinations: Readonly<Record<ApiName, Readonly<Record<BackendName, Outcome>>>> = {
  keboola: {
    memory: served,
    directory: served,
    'like keboola': lacks('files.metadata'),
    'like zerodb': lacks('buckets.create'),
    'like abeja': lacks('buckets.delete'),
    'like dcss': lacks('buckets.list'),
    keboola: lacks('files.metadata'),
    zerodb: lacks('buckets.create'),
    abeja: lacks('buckets.delete'),
    dcss: lacks('buckets.list'),
  },
  zerodb: {
    memory: served,
    directory: served,
    'like keboola': lacks('tables.indexes'),
    'like zerodb': { served: true, note: 'ids of rows are in a column `stowage_row_id`' },
    'like abeja': lacks('tables.list'),
    'like dcss': lacks('tables.list'),
    keboola: lacks('tables.indexes'),
    zerodb: {
      served: true,
      note: 'ids of rows are in a column `stowage_row_id`; a list of tables costs a request for each',
    },
    abeja: lacks('tables.list'),
    dcss: lacks('tables.list'),
  },
  abeja: {
    memory: served,
    directory: served,
    'like keboola': lacks('files.metadata'),
    'like zerodb': lacks('buckets.create'),
    'like abeja': { served: true, note: 'metadata is kept under names of the gateway’s own' },
    'like dcss': lacks('buckets.list'),
    keboola: lacks('files.metadata'),
    zerodb: lacks('buckets.create'),
    abeja: { served: true, note: 'metadata is kept under names of the gateway’s own' },
    dcss: lacks('buckets.list'),
  },
  dcss: {
    memory: served,
    directory: served,
    'like keboola': lacks('no room for a space called public'),
    'like zerodb': lacks('files.read'),
    'like abeja': served,
    'like dcss': { served: true, note: 'whole files only; the owner is not kept' },
    keboola: lacks('no room for a space called public'),
    zerodb: lacks('files.read'),
    abeja: served,
    dcss: { served: true, note: 'whole files only; the owner is the one whose token the backend has' },
  },
}
