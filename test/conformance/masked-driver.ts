import { type CapabilityName, capabilityNames } from '@stowage/core'
import {
  type DriverCall,
  interceptDriver,
  type InsertRowsRequest,
  type LoadRowsRequest,
  type OperationName,
  type ReadFileRequest,
  type StorageDriver,
  type UpdateRowsRequest,
  type WriteFileRequest,
} from '@stowage/core/driver'

type Uses = (call: DriverCall) => boolean

const features: Readonly<Partial<Record<CapabilityName, Uses>>> = {
  'tables.upsert': on('tables.insert', (request: InsertRowsRequest) => request.mode === 'upsert'),
  'tables.replace': on('tables.load', (request: LoadRowsRequest) => request.mode === 'replace'),
  'tables.updateUpsert': on('tables.update', (request: UpdateRowsRequest) => request.upsertRow !== undefined),
  'tables.changedSince': on('tables.changed'),
  'files.range': on('files.read', (request: ReadFileRequest) => request.range !== undefined),
  'files.createOnly': on('files.write', (request: WriteFileRequest) => request.condition.kind !== 'replace'),
  'files.signedUrl': on('files.signUrl'),
}

function on<Request>(operation: OperationName, holds: (request: Request) => boolean = () => true): Uses {
  return (call) => call.operation === operation && holds(call.request as Request)
}

/** Tells which capabilities a call makes use of. */
export function capabilitiesOf(call: DriverCall): CapabilityName[] {
  return capabilityNames.filter((name) => name === call.operation || features[name]?.(call) === true)
}

const meaninglessWithout: Readonly<Partial<Record<CapabilityName, readonly CapabilityName[]>>> = {
  'buckets.create': ['buckets.list', 'buckets.update', 'buckets.delete', 'buckets.archive'],
  'tables.create': ['tables.indexes'],
  'tables.get': ['tables.load', 'tables.replace', 'tables.export', 'tables.changedSince'],
  'tables.insert': ['tables.upsert'],
  'tables.load': ['tables.replace'],
  'tables.find': ['tables.count', 'tables.preview', 'tables.export', 'tables.changedSince'],
  'tables.export': ['tables.changedSince'],
  'tables.update': ['tables.updateUpsert'],
  'tables.delete': ['tables.deleteLimit'],
  'files.read': ['files.range'],
  'files.write': [
    'files.writeUnknownLength',
    'files.createOnly',
    'files.metadata',
    'files.contentType',
    'files.tags',
    'files.expiry',
  ],
  'jobs.get': ['jobs.cancel'],
}

/** Gives a capability with those that mean nothing without it. */
export function withFeatures(name: CapabilityName): readonly CapabilityName[] {
  return [name, ...(meaninglessWithout[name] ?? [])]
}

/** The bucket that is there when none can be created. */
export const fixedBucket = 'fixed'

/**
 * Gives the driver without some capabilities: neither in its record nor in what it does. Where buckets can't be created, they are fixed.
 */
export function maskCapabilities(driver: StorageDriver, masked: readonly CapabilityName[]): StorageDriver {
  const { operations, limits, semantics } = driver.capabilities
  const left = Object.fromEntries(
    Object.entries(operations).filter(([name]) => !masked.includes(name as CapabilityName)),
  )
  const buckets = masked.includes('buckets.create') ? 'fixed' : semantics.buckets
  return interceptDriver(
    driver,
    (call, next) => {
      const used = capabilitiesOf(call).find((name) => masked.includes(name))
      if (used !== undefined) throw new Error(`${used} is masked, and was used all the same`)
      return next(call)
    },
    { capabilities: { operations: left, limits, semantics: { ...semantics, buckets } } },
  )
}
