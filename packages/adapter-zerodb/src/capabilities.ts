import { type Capabilities, emulated, native } from '@stowage/core'
import { mostPerPage } from './endpoints.ts'
import type { CheckedZerodbOptions } from './options.ts'

/** What can be done, within the limits of the tier. */
export function zerodbCapabilities({ maxRowsPerInsert, requestsPerMinute }: CheckedZerodbOptions): Capabilities {
  return {
    operations: {
      'buckets.list': native,
      'buckets.get': native,
      'tables.list': native,
      'tables.get': native,
      'tables.create': native,
      'tables.drop': native,
      'tables.insert': native,
      'tables.upsert': emulated(
        'expensive',
        'looks the rows up, inserts the new ones and updates each other one by itself',
      ),
      'tables.load': emulated('cheap', 'inserts the rows in batches: those before a failure stay'),
      'tables.find': native,
      'tables.count': native,
      'tables.update': native,
      'tables.updateUpsert': native,
      'tables.delete': native,
      'tables.deleteLimit': native,
      'tables.export': emulated('cheap', 'finds the rows and writes them here'),
      'tables.preview': emulated('cheap', 'finds the first rows'),
      'tables.indexes': native,
    },
    limits: {
      rowsPerInsert: maxRowsPerInsert,
      pageSize: mostPerPage,
      ...(Number.isFinite(requestsPerMinute) ? { requestsPerMinute } : {}),
    },
    semantics: {
      keepsNulls: true,
      keepsUndeclaredFields: true,
      keepsTypes: true,
      readAfterWrite: true,
      // Not documented.
      atomicWrites: false,
      buckets: 'fixed',
    },
  }
}
