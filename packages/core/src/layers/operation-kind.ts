import type { OperationName } from '../driver/operation.ts'

/**
 * What a call takes: a `request` is answered soon; a `transfer` takes as long as its bytes, rows or job do; a `local` one
 * sends nothing.
 */
export type OperationKind = 'request' | 'transfer' | 'local'

/** The kind of each operation. */
export const operationKinds: Readonly<Record<OperationName, OperationKind>> = {
  ping: 'request',
  'buckets.list': 'request',
  'buckets.get': 'request',
  'buckets.create': 'request',
  'buckets.update': 'request',
  'buckets.delete': 'request',
  'buckets.archive': 'request',
  'tables.list': 'request',
  'tables.get': 'request',
  'tables.create': 'request',
  'tables.drop': 'request',
  'tables.insert': 'request',
  'tables.load': 'transfer',
  'tables.plan': 'local',
  'tables.find': 'request',
  'tables.count': 'request',
  'tables.update': 'request',
  'tables.delete': 'request',
  'tables.changed': 'request',
  'tables.setPrimaryKey': 'request',
  'tables.exportCsv': 'transfer',
  'files.list': 'request',
  'files.stat': 'request',
  'files.read': 'request',
  'files.write': 'transfer',
  'files.delete': 'request',
  'files.deleteMany': 'request',
  'files.copy': 'transfer',
  'files.update': 'request',
  'files.signUrl': 'request',
  'jobs.get': 'request',
  'jobs.cancel': 'request',
}

/** The names of all operations. */
export const operationNames: readonly OperationName[] = Object.keys(operationKinds) as OperationName[]

/**
 * Tells whether a pattern names an operation: its name, its group as in `files.*`, or `*` for all.
 *
 * @param pattern - as written in options
 * @param operation - the operation
 */
export function matchesOperation(pattern: string, operation: OperationName): boolean {
  if (pattern === '*' || pattern === operation) return true
  return pattern.endsWith('.*') && operation.startsWith(pattern.slice(0, -1))
}

/** Tells whether a pattern names any operation at all. */
export function isOperationPattern(pattern: string): boolean {
  return operationNames.some((operation) => matchesOperation(pattern, operation))
}
