import { type Capabilities, emulated, native } from '@stowage/core'
import { fileBucket, onKeboolaBuckets, requireBucket } from './keboola-buckets.ts'
import { onKeboolaFiles } from './keboola-files.ts'
import { isTableBucket, keboolaColumnLength, keboolaNameLength } from './keboola-names.ts'
import { onKeboolaTables } from './keboola-tables.ts'
import type { ServiceProfile } from './service-profile.ts'

const byExport = 'exports the rows that match, changes them, and loads them back by primary key'

/** What Keboola Storage can do with a token that may do everything. */
const capabilities: Capabilities = {
  operations: {
    'buckets.list': native,
    'buckets.get': native,
    'buckets.create': native,
    'buckets.update': native,
    'buckets.delete': native,
    'tables.list': native,
    'tables.get': native,
    'tables.create': native,
    'tables.drop': native,
    'tables.insert': native,
    'tables.upsert': native,
    'tables.load': native,
    'tables.replace': native,
    'tables.find': native,
    'tables.count': native,
    'tables.update': emulated('expensive', byExport),
    'tables.updateUpsert': emulated('expensive', byExport),
    'tables.delete': native,
    'tables.deleteLimit': emulated('expensive', 'exports the rows that match, and deletes some by primary key'),
    'tables.export': native,
    'tables.changedSince': native,
    'tables.preview': native,
    'tables.setPrimaryKey': native,
    'files.list': native,
    'files.stat': native,
    'files.read': native,
    'files.range': native,
    'files.write': native,
    'files.writeUnknownLength': native,
    'files.delete': native,
    'files.deleteMany': native,
    'files.copy': emulated('expensive', 'reads the file and writes it again'),
    'files.update': native,
    'files.tags': native,
    'files.expiry': native,
    'files.signedUrl': native,
    'jobs.get': native,
  },
  limits: {
    pageSize: 10_000,
    bucketNameBytes: 'in.'.length + keboolaNameLength,
    tableNameBytes: keboolaNameLength,
    columnNameBytes: keboolaColumnLength,
    keyBytes: 900,
    filesPerDelete: 100,
  },
  semantics: {
    keepsNulls: false,
    keepsUndeclaredFields: false,
    keepsTypes: true,
    readAfterWrite: true,
    atomicWrites: true,
    buckets: 'dynamic',
  },
}

/** Keboola Storage: buckets of tables by stage, and one that stands for the file storage. */
export const keboolaProfile: ServiceProfile = {
  capabilities,
  buckets: [fileBucket],
  async intercept(call, next, driver) {
    const [group] = call.operation.split('.')
    if (group === 'buckets') return onKeboolaBuckets(call, next)
    if (group === 'tables') {
      requireBucket(call, isTableBucket)
      return onKeboolaTables(call, next, driver)
    }
    if (group !== 'files') return next(call)
    requireBucket(call, (bucket) => bucket === fileBucket)
    return onKeboolaFiles(call, next, driver.files)
  },
}
