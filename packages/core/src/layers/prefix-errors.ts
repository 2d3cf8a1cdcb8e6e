import type { DeleteOutcome } from '../contract/file.ts'
import type { DriverCall } from '../driver/operation.ts'
import type { StorageDriver } from '../driver/storage-driver.ts'
import { toStorageError } from '../errors/explain.ts'
import { StorageError } from '../errors/storage-error.ts'
import { callResource } from './call-resource.ts'

/** Takes the full names of one call out of its failures. */
export class PrefixErrors {
  readonly #driver: StorageDriver
  readonly #plainCall: DriverCall
  readonly #plainByFull: ReadonlyMap<string, string>

  constructor(driver: StorageDriver, plainCall: DriverCall, fullCall: DriverCall) {
    this.#driver = driver
    this.#plainCall = plainCall
    this.#plainByFull = pairNames(plainCall.request, fullCall.request)
  }

  /** Gives a failure of the call with plain names. */
  strip(error: unknown): StorageError {
    const { operation } = this.#plainCall
    const resource = callResource(this.#plainCall)
    const known = toStorageError(error, this.#driver, { operation, resource })
    const { code, status, nativeCode, requestId, retryable, retryAfterMs, applied } = known
    const facts = { code, status, nativeCode, requestId, retryable, retryAfterMs, applied }
    const message = this.#plain(known.message) as string
    const details = this.#plain(known.details) as Record<string, unknown>
    // The call's own resource is plain already, and may hold by chance what looks like a full name.
    const ownResource = StorageError.is(error) ? (this.#plain(error.resource) as string | undefined) : undefined
    const place = { backend: known.backend, operation: known.operation, resource: ownResource ?? resource }
    return new StorageError({ ...facts, message, details }, place, error)
  }

  /** Gives the outcomes of deleting many files with plain names in their errors. */
  stripOutcomes(outcomes: readonly DeleteOutcome[]): readonly DeleteOutcome[] {
    return outcomes.map((outcome) =>
      outcome.error === undefined ? outcome : { ...outcome, error: this.strip(outcome.error) },
    )
  }

  #plain(value: unknown): unknown {
    if (typeof value === 'string') {
      let text: string = value
      for (const [full, plain] of this.#plainByFull) text = text.replaceAll(full, () => plain)
      return text
    }
    if (Array.isArray(value)) return value.map((item) => this.#plain(item))
    if (typeof value !== 'object' || value === null || value instanceof Date) return value
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, this.#plain(item)]))
  }
}

/** Pairs the texts of two requests of the same shape that differ: full names with plain ones, longest first. */
function pairNames(plain: unknown, full: unknown): ReadonlyMap<string, string> {
  const pairs: [string, string][] = []
  const collect = (left: unknown, right: unknown): void => {
    if (typeof left === 'string' && typeof right === 'string') pairs.push([right, left])
    else if (Array.isArray(left) && Array.isArray(right)) left.forEach((item, index) => collect(item, right[index]))
  }
  const collectNames = (left: Record<string, unknown>, right: Record<string, unknown>): void => {
    for (const name of ['bucket', 'key', 'keys', 'prefix']) collect(left[name], right[name])
  }
  collectNames(plain as Record<string, unknown>, full as Record<string, unknown>)
  for (const end of ['from', 'to']) {
    const left = (plain as Record<string, Record<string, unknown> | undefined>)[end]
    const right = (full as Record<string, Record<string, unknown> | undefined>)[end]
    if (left !== undefined && right !== undefined) collectNames(left, right)
  }
  const differing = pairs.filter(([fullName, plainName]) => fullName !== plainName)
  return new Map(differing.toSorted(([left], [right]) => right.length - left.length))
}
