/**
 * Everything a backend may be able to do, by name.
 *
 * A name is the driver's group and method (`tables.insert`), or a feature of one (`tables.upsert`, `files.range`).
 */
export const capabilityNames = [
  'buckets.list',
  'buckets.get',
  'buckets.create',
  'buckets.update',
  'buckets.delete',
  'buckets.archive',
  'tables.list',
  'tables.get',
  'tables.create',
  'tables.drop',
  'tables.insert',
  'tables.upsert',
  'tables.load',
  'tables.replace',
  'tables.find',
  'tables.count',
  'tables.update',
  'tables.updateUpsert',
  'tables.delete',
  'tables.deleteLimit',
  'tables.export',
  'tables.changedSince',
  'tables.preview',
  'tables.setPrimaryKey',
  'tables.indexes',
  'files.list',
  'files.stat',
  'files.read',
  'files.range',
  'files.write',
  'files.writeUnknownLength',
  'files.createOnly',
  'files.delete',
  'files.deleteMany',
  'files.copy',
  'files.update',
  'files.metadata',
  'files.contentType',
  'files.tags',
  'files.expiry',
  'files.signedUrl',
  'jobs.get',
  'jobs.cancel',
] as const

/** The name of a capability, for example `tables.upsert`. */
export type CapabilityName = (typeof capabilityNames)[number]

/**
 * How a backend does a thing: by itself (`native`), or with core composing it from native operations (`emulated`).
 *
 * `cost` says what the emulation takes: `cheap` stays within a few requests, `expensive` grows with the table or file.
 */
export type Support =
  | {
      /** The backend does it by itself. */
      readonly kind: 'native'
    }
  | {
      /** Core composes it from native operations, where the policy allows. */
      readonly kind: 'emulated'
      /** `cheap` stays within a few requests, `expensive` grows with the table or file. */
      readonly cost: 'cheap' | 'expensive'
      /** One line for people: what core does instead. */
      readonly how: string
    }

/** Limits as numbers; one that is absent is not known or doesn't exist. Lengths of names and keys are in UTF-8 bytes. */
export interface Limits {
  /** The most rows one `tables.insert` may carry; core cuts larger inserts. */
  readonly rowsPerInsert?: number
  /** The most items a page of any listing or of `find` may hold. */
  readonly pageSize?: number
  /** The most bytes of a bucket name. */
  readonly bucketNameBytes?: number
  /** The most bytes of a table name. */
  readonly tableNameBytes?: number
  /** The most bytes of a column name. */
  readonly columnNameBytes?: number
  /** The most columns of a table. */
  readonly columnsPerTable?: number
  /** The most bytes of a file key. */
  readonly keyBytes?: number
  /** The most bytes of one file; core refuses larger ones. */
  readonly fileBytes?: number
  /** The size of one part of a large file. */
  readonly partBytes?: number
  /** The most files one `files.deleteMany` may name; core cuts larger lists. */
  readonly filesPerDelete?: number
  /** The most requests a minute. */
  readonly requestsPerMinute?: number
}

/** What a backend's stored values mean, where backends differ. */
export interface Semantics {
  /** Whether null, missing and the empty string are kept apart. */
  readonly keepsNulls: boolean
  /** Whether fields that no column declares are stored. */
  readonly keepsUndeclaredFields: boolean
  /** Whether values keep their types, or come back as text. */
  readonly keepsTypes: boolean
  /** Whether a reader sees an acknowledged write at once. */
  readonly readAfterWrite: boolean
  /** Whether one insert, update or delete takes effect wholly or not at all. */
  readonly atomicWrites: boolean
  /** Buckets: `dynamic` ones are created and listed; `fixed` ones exist and are opened by name. */
  readonly buckets: 'dynamic' | 'fixed'
}

/** A backend's capability record: what it can do, with limits. What it doesn't declare is absent. */
export interface Capabilities {
  /** Support by capability; absent means the backend can't. */
  readonly operations: Readonly<Partial<Record<CapabilityName, Support>>>
  /** Limits as numbers. */
  readonly limits: Limits
  /** What stored values mean. */
  readonly semantics: Semantics
}

/** The support of a thing the backend does by itself. */
export const native: Support = { kind: 'native' }

/**
 * The support of a thing core composes from native operations.
 *
 * @param cost - `cheap` stays within a few requests, `expensive` grows with the table or file
 * @param how - one line for people: what core does instead
 */
export function emulated(cost: 'cheap' | 'expensive', how: string): Support {
  return { kind: 'emulated', cost, how }
}

/** Which emulations may run: none, those that stay within a few requests, or all. Default `cheap`. */
export type EmulationPolicy = 'never' | 'cheap' | 'always'
