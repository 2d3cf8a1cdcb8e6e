import type { BucketDriver } from './bucket-driver.ts'
import type { CallContext, OperationClass } from './call.ts'
import type { FileDriver } from './file-driver.ts'
import type { JobDriver } from './job-driver.ts'
import type { StorageDriver } from './storage-driver.ts'
import type { TableDriver } from './table-driver.ts'

/** The groups of a driver. */
export interface DriverGroups {
  /** Buckets. */
  buckets: BucketDriver
  /** Tables. */
  tables: TableDriver
  /** Files. */
  files: FileDriver
  /** Jobs. */
  jobs: JobDriver
}

/** The name of a driver operation: group and method, for example `tables.insert`; `ping` stands alone. */
export type OperationName =
  | 'ping'
  | { [Group in keyof DriverGroups]: `${Group}.${Extract<keyof DriverGroups[Group], string>}` }[keyof DriverGroups]

/** One call on its way through layers to the driver. */
export interface DriverCall {
  /** What is called. */
  readonly operation: OperationName
  /** How safe it is to repeat. */
  readonly operationClass: OperationClass
  /** Its request; its shape depends on the operation. */
  readonly request: object
  /** Signal and receipt. */
  readonly context: CallContext
}

/** Sends a call on, as it is or changed. May be called again to repeat it. */
export type NextCall = (call: DriverCall) => Promise<unknown>

/** What a layer does around each call. */
export type Interceptor = (call: DriverCall, next: NextCall) => Promise<unknown>

/** A layer: wraps a driver and gives a driver. */
export type Layer = <Driver extends StorageDriver>(driver: Driver) => Driver

const fixedClasses: Readonly<Record<OperationName, OperationClass>> = {
  ping: 'safe',
  'buckets.list': 'safe',
  'buckets.get': 'safe',
  'buckets.create': 'keyed',
  'buckets.update': 'idempotent',
  'buckets.delete': 'keyed',
  'buckets.archive': 'idempotent',
  'tables.list': 'safe',
  'tables.get': 'safe',
  'tables.create': 'keyed',
  'tables.drop': 'keyed',
  'tables.insert': 'unsafe',
  'tables.load': 'unsafe',
  'tables.plan': 'safe',
  'tables.find': 'safe',
  'tables.count': 'safe',
  'tables.update': 'unsafe',
  'tables.delete': 'unsafe',
  'tables.changed': 'safe',
  'tables.setPrimaryKey': 'idempotent',
  'tables.exportCsv': 'safe',
  'files.list': 'safe',
  'files.stat': 'safe',
  'files.read': 'safe',
  'files.write': 'unsafe',
  'files.delete': 'keyed',
  'files.deleteMany': 'idempotent',
  'files.copy': 'unsafe',
  'files.update': 'idempotent',
  'files.signUrl': 'safe',
  'jobs.get': 'safe',
  'jobs.cancel': 'idempotent',
}

/**
 * Says how safe a call is to repeat, from its operation and its request.
 *
 * An upsert by primary key, a delete without limit, an update that only sets values its filter doesn't look at and a write
 * of a source that can be read again come to the same when repeated; an append, `$inc` or a consumed stream does not.
 *
 * @param operation - what is called
 * @param request - its request
 */
export function classifyCall(operation: OperationName, request: object): OperationClass {
  const classify = classesByRequest[operation]
  return classify === undefined ? fixedClasses[operation] : classify(request as never)
}

const classesByRequest: Partial<Record<OperationName, (request: never) => OperationClass>> = {
  'tables.insert': (request: Parameters<TableDriver['insert']>[0]) =>
    request.mode === 'upsert' ? 'idempotent' : 'unsafe',
  'tables.delete': (request: Parameters<TableDriver['delete']>[0]) =>
    request.limit === undefined ? 'idempotent' : 'unsafe',
  'tables.update': ({ update, filter, upsertRow }: Parameters<TableDriver['update']>[0]) => {
    if (upsertRow !== undefined) return 'unsafe'
    const isRepeatable = update.every(
      ({ operator, path }) => operator !== '$inc' && operator !== '$push' && !filterTouches(filter, path),
    )
    return isRepeatable ? 'idempotent' : 'unsafe'
  },
  'files.write': ({ source, condition }: Parameters<FileDriver['write']>[0]) => {
    if (!source.isReopenable) return 'unsafe'
    return condition.kind === 'replace' ? 'idempotent' : 'keyed'
  },
  'files.copy': ({ overwrite }: Parameters<FileDriver['copy']>[0]) => (overwrite ? 'idempotent' : 'keyed'),
}

function filterTouches(filter: Parameters<TableDriver['update']>[0]['filter'], path: string): boolean {
  switch (filter.kind) {
    case 'and':
    case 'or':
    case 'nor':
      return filter.nodes.some((node) => filterTouches(node, path))
    case 'not':
      return filterTouches(filter.node, path)
    default:
      return filter.path === path || filter.path.startsWith(`${path}.`) || path.startsWith(`${filter.path}.`)
  }
}

const groupMethods: { readonly [Group in keyof DriverGroups]: readonly string[] } = (() => {
  const methods: Record<keyof DriverGroups, string[]> = { buckets: [], tables: [], files: [], jobs: [] }
  for (const operation of Object.keys(fixedClasses)) {
    const [group, method] = operation.split('.') as [keyof DriverGroups, string | undefined]
    if (method !== undefined) methods[group].push(method)
  }
  return methods
})()

/** Gives the names of a group's methods. */
export function methodsOfGroup(group: keyof DriverGroups): readonly string[] {
  return groupMethods[group]
}

/**
 * Wraps a driver so that every operation goes through an interceptor: how layers are made.
 *
 * Capabilities, `native`, `explainError` and `close` pass through; a layer that changes them spreads the result.
 *
 * @param driver - what is wrapped; it stays as it is
 * @param interceptor - called for each operation
 * @param overrides - replaces members that are not operations
 */
export function interceptDriver<Driver extends StorageDriver>(
  driver: Driver,
  interceptor: Interceptor,
  overrides: Partial<Pick<StorageDriver, 'capabilities' | 'close'>> = {},
): Driver {
  const wrapped: Record<string, unknown> = {
    backend: driver.backend,
    capabilities: overrides.capabilities ?? driver.capabilities,
    native: driver.native,
    close: overrides.close ?? (() => driver.close()),
    ping: (context: CallContext) =>
      interceptor({ operation: 'ping', operationClass: 'safe', request: {}, context }, (call) =>
        driver.ping(call.context),
      ),
  }
  if (driver.explainError !== undefined) wrapped['explainError'] = (error: unknown) => driver.explainError?.(error)
  for (const group of Object.keys(groupMethods) as (keyof DriverGroups)[]) {
    const inner = driver[group] as unknown as Record<string, GroupMethod | undefined> | undefined
    if (inner !== undefined) wrapped[group] = wrapGroup(group, inner, interceptor)
  }
  return wrapped as unknown as Driver
}

type GroupMethod = (request: object, context: CallContext) => Promise<unknown>

function wrapGroup(
  group: keyof DriverGroups,
  inner: Record<string, GroupMethod | undefined>,
  interceptor: Interceptor,
): Record<string, GroupMethod> {
  const wrapped: Record<string, GroupMethod> = {}
  for (const method of groupMethods[group]) {
    if (inner[method] === undefined) continue
    const operation = `${group}.${method}` as OperationName
    const send: NextCall = (call) => (inner[method] as GroupMethod)(call.request, call.context)
    wrapped[method] = (request, context) =>
      interceptor({ operation, operationClass: classifyCall(operation, request), request, context }, send)
  }
  return wrapped
}
