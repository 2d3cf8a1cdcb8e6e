import type { CapabilityName } from '@stowage/core'
import type { OperationName } from '@stowage/core/driver'

/** What a capability is a part of, or what core always calls for it: declared without these, a call would fail. */
export const impliedCapabilities: Readonly<Partial<Record<CapabilityName, readonly CapabilityName[]>>> = {
  'tables.upsert': ['tables.insert'],
  'tables.load': ['tables.get'],
  'tables.replace': ['tables.load', 'tables.get'],
  'tables.count': ['tables.find'],
  'tables.updateUpsert': ['tables.update'],
  'tables.deleteLimit': ['tables.delete'],
  'tables.export': ['tables.get', 'tables.find'],
  'tables.changedSince': ['tables.export', 'tables.get', 'tables.find'],
  'tables.preview': ['tables.find'],
  'tables.indexes': ['tables.create'],
  'files.range': ['files.read'],
  'files.writeUnknownLength': ['files.write'],
  'files.createOnly': ['files.write'],
  'files.metadata': ['files.write'],
  'files.contentType': ['files.write'],
  'files.tags': ['files.write'],
  'files.expiry': ['files.write'],
  'jobs.cancel': ['jobs.get'],
}

/** What core can compose, and of what; upserts a driver composes itself. Nothing else may be declared as emulated. */
export const emulationParts: Readonly<Partial<Record<CapabilityName, readonly CapabilityName[]>>> = {
  'tables.load': ['tables.get', 'tables.insert'],
  'tables.upsert': ['tables.get', 'tables.find', 'tables.insert', 'tables.update'],
  'tables.count': ['tables.find'],
  'tables.update': ['tables.get', 'tables.find', 'tables.upsert'],
  'tables.updateUpsert': ['tables.get', 'tables.find', 'tables.insert'],
  'tables.delete': ['tables.get', 'tables.find'],
  'tables.deleteLimit': ['tables.get', 'tables.find'],
  'tables.export': ['tables.get', 'tables.find'],
  'tables.preview': ['tables.find'],
  'files.deleteMany': ['files.delete'],
  'files.copy': ['files.read', 'files.write'],
}

/** The driver's method behind a capability, where it isn't the one of that name. */
const otherMethods: Readonly<Partial<Record<CapabilityName, OperationName>>> = {
  'tables.upsert': 'tables.insert',
  'tables.replace': 'tables.load',
  'tables.updateUpsert': 'tables.update',
  'tables.deleteLimit': 'tables.delete',
  'tables.export': 'tables.find',
  'tables.changedSince': 'tables.changed',
  'tables.preview': 'tables.find',
  'tables.indexes': 'tables.create',
  'files.range': 'files.read',
  'files.writeUnknownLength': 'files.write',
  'files.createOnly': 'files.write',
  'files.metadata': 'files.write',
  'files.contentType': 'files.write',
  'files.tags': 'files.write',
  'files.expiry': 'files.write',
  'files.signedUrl': 'files.signUrl',
}

/** The driver's method a capability done by the backend itself needs. */
export function methodOf(name: CapabilityName): OperationName {
  return otherMethods[name] ?? (name as OperationName)
}

/** The capability a call of the driver takes for granted; undefined for `ping` and what goes with others. */
export function capabilityOf(operation: OperationName): CapabilityName | undefined {
  if (operation === 'ping' || operation === 'tables.plan' || operation === 'tables.exportCsv') return undefined
  if (operation === 'tables.changed') return 'tables.changedSince'
  return operation === 'files.signUrl' ? 'files.signedUrl' : operation
}
