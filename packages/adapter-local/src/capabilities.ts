import { type Capabilities, type CapabilityName, capabilityNames, native, type Support } from '@stowage/core'

const operations = Object.fromEntries(capabilityNames.map((name) => [name, native])) as Record<CapabilityName, Support>

/** What the embedded backend can do: everything, by itself. */
export const localCapabilities: Capabilities = {
  operations,
  limits: {
    // A batch is one transaction and one turn of the event loop.
    rowsPerInsert: 10_000,
    pageSize: 10_000,
    bucketNameBytes: 200,
    tableNameBytes: 1000,
    columnNameBytes: 1000,
    // SQLite takes 2,000 columns, three of which are ours.
    columnsPerTable: 1990,
    keyBytes: 1024,
    filesPerDelete: 1000,
  },
  semantics: {
    keepsNulls: true,
    keepsUndeclaredFields: true,
    keepsTypes: true,
    readAfterWrite: true,
    atomicWrites: true,
    buckets: 'dynamic',
  },
}
