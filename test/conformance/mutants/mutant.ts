import type { Gaps } from '@stowage/conformance'
import {
  type DriverGroups,
  interceptDriver,
  type OperationName,
  ReceiptRecorder,
  type StorageDriver,
} from '@stowage/core/driver'

/** A driver that is broken on purpose, the way adapters are broken by mistake. */
export interface Mutant {
  /** What tests and people call it. */
  readonly name: string
  /** What it does wrong, in a sentence. */
  readonly breaks: string
  /** Ids of checks that must fail on it. */
  readonly caughtBy: readonly [string, ...string[]]
  /** What its setup admits; default nothing. For mutants whose lie is in what they claim. */
  readonly gaps?: Gaps
  /** Breaks a driver that works. */
  readonly make: (driver: StorageDriver) => StorageDriver
}

/** The name of an operation that belongs to a group. */
export type MethodName = Exclude<OperationName, 'ping'>

/** The driver method with this name. */
export type MethodOf<Name extends MethodName> = Name extends `${infer Group extends keyof DriverGroups}.${infer Method}`
  ? NonNullable<DriverGroups[Group][Method & keyof DriverGroups[Group]]>
  : never

/** Gives the driver with one method replaced by what `make` makes of it. `make` is called once, so it may keep state. */
export function replace<Name extends MethodName>(
  driver: StorageDriver,
  name: Name,
  make: (method: MethodOf<Name>) => MethodOf<Name>,
): StorageDriver {
  const plain = interceptDriver(driver, (call, next) => next(call))
  const [group, method] = name.split('.') as [keyof DriverGroups, string]
  const methods = plain[group] as unknown as Record<string, MethodOf<Name>>
  return { ...plain, [group]: { ...methods, [method]: make(methods[method] as MethodOf<Name>) } }
}

/** Gives the driver with the requests of some operations changed on their way. */
export function changeRequests<Request extends object>(
  driver: StorageDriver,
  names: readonly OperationName[],
  change: (request: Request) => object,
): StorageDriver {
  return interceptDriver(driver, (call, next) =>
    next(names.includes(call.operation) ? { ...call, request: change(call.request as Request) } : call),
  )
}

/** Gives the driver with the results of some operations changed on their way. */
export function changeResults<Result, Request = object>(
  driver: StorageDriver,
  names: readonly OperationName[],
  change: (result: Result, request: Request) => unknown,
): StorageDriver {
  return interceptDriver(driver, async (call, next) => {
    const result = await next(call)
    return names.includes(call.operation) ? change(result as Result, call.request as Request) : result
  })
}

/** A call context that nothing can abort, for what a mutant does on the side. */
export function freeCall(): { signal: AbortSignal; receipt: ReceiptRecorder } {
  return { signal: new AbortController().signal, receipt: new ReceiptRecorder() }
}
