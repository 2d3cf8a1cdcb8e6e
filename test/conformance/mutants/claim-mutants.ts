import type { Capabilities, CapabilityName, Limits } from '@stowage/core'
import {
  interceptDriver,
  invalidArgument,
  type DeleteFilesRequest,
  type FileRequest,
  type InsertRowsRequest,
  type OperationName,
  type StorageDriver,
  StorageError,
} from '@stowage/core/driver'
import { changeRequests, type Mutant } from './mutant.ts'

/** Drivers whose capability record doesn't tell the truth. */
export const claimMutants: readonly Mutant[] = [
  {
    name: 'fewer rows fit into an insert than stated',
    breaks: 'The record says 10,000 rows, the service takes 100.',
    caughtBy: ['inserts/limit'],
    make: (driver) => refuseAbove(driver, 'tables.insert', ({ batch }: InsertRowsRequest) => batch.rows.length, 100),
  },
  {
    name: 'rows beyond what an insert takes are cut off',
    breaks: 'The record says 10,000 rows, the service keeps the first 1,000 and reports all.',
    caughtBy: ['inserts/limit'],
    make: (driver) =>
      changeRequests(driver, ['tables.insert'], (request: InsertRowsRequest) => ({
        ...request,
        batch: { ...request.batch, rows: request.batch.rows.slice(0, 1000) },
      })),
  },
  {
    name: 'pages of listings can not be as large as stated',
    breaks: 'The record says 10,000, the service refuses more than 1,000.',
    caughtBy: ['limits/page-size-rows', 'limits/page-size-files'],
    make: (driver) => {
      const sizeOf = ({ pageSize }: { pageSize: number }): number => pageSize
      return refuseAbove(refuseAbove(driver, 'files.list', sizeOf, 1000), 'tables.find', sizeOf, 1000)
    },
  },
  {
    name: 'keys can not be as long as stated',
    breaks: 'The record says 1,024 bytes, the service takes 255.',
    caughtBy: ['limits/key-at-limit'],
    make: (driver) => refuseAbove(driver, 'files.write', ({ key }: FileRequest) => Buffer.byteLength(key), 255),
  },
  {
    name: 'lengths of keys are stated in characters',
    breaks: 'The record says 1,024 bytes, the service takes 1,024 characters, so core refuses what would fit.',
    caughtBy: ['limits/key-at-limit'],
    make: (driver) =>
      refuseAbove(driver, 'files.write', ({ key }: FileRequest) => 4 * key.length - Buffer.byteLength(key), 2048),
  },
  {
    name: 'fewer files can be deleted at once than stated',
    breaks: 'The record says 1,000, the service takes 100.',
    caughtBy: ['limits/files-per-delete'],
    make: (driver) => refuseAbove(driver, 'files.deleteMany', ({ keys }: DeleteFilesRequest) => keys.length, 100),
  },
  {
    name: 'a limit is not a number of anything',
    breaks: 'The record states 0 rows per insert for "no limit".',
    caughtBy: ['declared/limits-sane'],
    make: (driver) => withLimits(driver, { rowsPerInsert: 0 }),
  },
  {
    name: 'upsert is declared and can not be done',
    breaks: 'The driver answers `unsupported` to what its record promises.',
    caughtBy: ['declared/tables-upsert'],
    make: (driver) =>
      interceptDriver(driver, (call, next) => {
        if (call.operation !== 'tables.insert') return next(call)
        if ((call.request as InsertRowsRequest).mode === 'append') return next(call)
        throw new StorageError({ code: 'unsupported', message: 'no upsert here' })
      }),
  },
  {
    name: 'jobs can be cancelled by the record alone',
    breaks: 'The driver answers `unsupported` to what its record promises.',
    caughtBy: ['declared/jobs-cancel'],
    make: (driver) => refuse(driver, 'jobs.cancel'),
  },
  {
    name: 'files are declared and there is no group for them',
    breaks: 'The record was copied from another adapter.',
    caughtBy: ['declared/methods-there', 'declared/files-write'],
    make: (driver) => withoutFiles(driver),
  },
  {
    name: 'ranges are declared without reading',
    breaks: 'A feature is declared whose operation is not.',
    caughtBy: ['declared/parts-declared'],
    make: (driver) => withoutOperations(driver, ['files.read']),
  },
  {
    name: 'the record changes while the storage is open',
    breaks: 'A capability appears once it has been used.',
    caughtBy: ['declared/record-stable'],
    make: (driver) => {
      let looks = 0
      const { capabilities } = driver
      const poorer = withoutOperations(driver, ['files.signedUrl']).capabilities
      const plain = interceptDriver(driver, (call, next) => next(call))
      return Object.defineProperty(plain, 'capabilities', {
        get: () => ((looks += 1) % 2 === 0 ? capabilities : poorer),
      })
    },
  },
  {
    name: 'a promise is denied that is kept',
    breaks: 'The record says that nulls are lost, and they are not: the list of gaps is not true.',
    caughtBy: ['types/null-and-missing'],
    gaps: { 'semantics.keepsNulls': { kind: 'never', reason: 'the service has no null' } },
    make: (driver) => withSemantics(driver, { keepsNulls: false }),
  },
  {
    name: 'a gap is listed that was closed long ago',
    breaks: 'The check passes, and the list says that it does not.',
    caughtBy: ['files/range-middle'],
    gaps: { 'files/range-middle': { kind: 'todo', reason: 'ranges are not sent yet' } },
    make: (driver) => driver,
  },
  {
    name: 'a capability is lacking and nobody says why',
    breaks: 'Tables can not be counted, and the list of gaps is silent.',
    caughtBy: ['find/count'],
    make: (driver) => withoutOperations(driver, ['tables.count']),
  },
]

function withLimits(driver: StorageDriver, limits: Limits): StorageDriver {
  const { capabilities } = driver
  return withRecord(driver, { ...capabilities, limits: { ...capabilities.limits, ...limits } })
}

function withSemantics(driver: StorageDriver, semantics: Partial<Capabilities['semantics']>): StorageDriver {
  const { capabilities } = driver
  return withRecord(driver, { ...capabilities, semantics: { ...capabilities.semantics, ...semantics } })
}

function withoutOperations(driver: StorageDriver, names: readonly CapabilityName[]): StorageDriver {
  const { capabilities } = driver
  const operations = Object.fromEntries(
    Object.entries(capabilities.operations).filter(([name]) => !names.includes(name as CapabilityName)),
  )
  return withRecord(driver, { ...capabilities, operations })
}

function withRecord(driver: StorageDriver, capabilities: Capabilities): StorageDriver {
  return interceptDriver(driver, (call, next) => next(call), { capabilities })
}

function withoutFiles(driver: StorageDriver): StorageDriver {
  const plain = interceptDriver(driver, (call, next) => next(call))
  return Object.fromEntries(Object.entries(plain).filter(([name]) => name !== 'files')) as unknown as StorageDriver
}

function refuse(driver: StorageDriver, operation: OperationName): StorageDriver {
  return interceptDriver(driver, (call, next) => {
    if (call.operation === operation) throw new StorageError({ code: 'unsupported', message: `no ${operation} here` })
    return next(call)
  })
}

function refuseAbove<Request>(
  driver: StorageDriver,
  operation: OperationName,
  measure: (request: Request) => number,
  most: number,
): StorageDriver {
  return interceptDriver(driver, (call, next) => {
    if (call.operation === operation && measure(call.request as Request) > most)
      throw invalidArgument(`the service takes at most ${most}`)
    return next(call)
  })
}
