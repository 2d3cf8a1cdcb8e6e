import { type Capabilities, type CapabilityName, emulated, native, type Support } from '@stowage/core'
import { maxColumnName } from './column-name.ts'

const byExport = 'exports the rows that match, changes them, and loads them back by primary key'

const operations: Partial<Record<CapabilityName, Support>> = {
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
}

/** The most characters of a table's name, and of a bucket's behind its stage, `c-` included. */
export const maxName = 96

/**
 * What Keboola can do. Every write of rows is a file, a job and a wait of seconds, so rows should come in batches; there is no limit to one.
 */
export const keboolaCapabilities: Capabilities = {
  operations,
  limits: {
    pageSize: 10_000,
    bucketNameBytes: 'in.'.length + maxName,
    tableNameBytes: maxName,
    columnNameBytes: maxColumnName,
    // What is left of the 1,024 bytes of an object's key behind what the service puts in front.
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
