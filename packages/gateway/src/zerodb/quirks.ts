import { invalidArgument } from '@stowage/core/driver'
import type { ActiveFault } from '../server/faults.ts'

/** One of the eight things the API does. */
export type ZerodbOperation =
  | 'createTable'
  | 'listTables'
  | 'getTable'
  | 'deleteTable'
  | 'insertRows'
  | 'queryRows'
  | 'updateRows'
  | 'deleteRows'

/** How the API behaves oddly, and with which requests. Everything that is set happens. */
export interface ZerodbQuirk {
  /** Which operation. Default: all. */
  readonly operation?: ZerodbOperation | undefined
  /** Begins with this one of the requests that match, from 1. Default 1. */
  readonly nth?: number | undefined
  /** How many requests it hits. Default: 1 when `nth` is given, otherwise every one. */
  readonly times?: number | undefined
  /** Takes a `limit` above 1,000 for 1,000 instead of refusing it. */
  readonly clampsLimit?: boolean | undefined
  /** Gives the ids of inserted rows in reverse order. */
  readonly reversesRowIds?: boolean | undefined
  /** Says that so many rows fewer were inserted than were. */
  readonly insertedCountLess?: number | undefined
  /** Loses the request's body on the way, as proxies do with that of `DELETE`. */
  readonly dropsBody?: boolean | undefined
  /** Runs before the request is worked on: to change rows between two pages, through the storage or requests of its own. */
  readonly before?: (() => unknown) | undefined
}

/** What is odd about one request. */
export type QuirkPlan = Omit<ZerodbQuirk, 'operation' | 'nth' | 'times'>

type Check = (value: unknown) => boolean

const operations: readonly ZerodbOperation[] = [
  'createTable',
  'listTables',
  'getTable',
  'deleteTable',
  'insertRows',
  'queryRows',
  'updateRows',
  'deleteRows',
]

const isPositive: Check = (value) => Number.isSafeInteger(value) && (value as number) > 0
const isBoolean: Check = (value) => typeof value === 'boolean'

const checks: Readonly<Record<keyof ZerodbQuirk, readonly [check: Check, must: string]>> = {
  operation: [(value) => operations.includes(value as ZerodbOperation), `be one of ${operations.join(', ')}`],
  nth: [isPositive, 'be a whole number from 1'],
  times: [isPositive, 'be a whole number from 1'],
  clampsLimit: [isBoolean, 'be true or false'],
  reversesRowIds: [isBoolean, 'be true or false'],
  insertedCountLess: [isPositive, 'be a whole number from 1'],
  dropsBody: [isBoolean, 'be true or false'],
  before: [(value) => typeof value === 'function', 'be a function'],
}

/** The oddities of the API that a fault of the connection can't show: rules, as with faults. */
export class ZerodbQuirks {
  readonly #active = new Set<ActiveQuirk>()

  /**
   * Puts a rule in force from the next request on. Several that hit one request all apply; of two that set the same thing the
   * later one counts.
   *
   * @throws StorageError `invalid-argument` for a rule that says nothing we know
   */
  add(rule: ZerodbQuirk): ActiveFault {
    checkQuirk(rule)
    const quirk = new ActiveQuirk({ ...rule }, (one) => this.#active.delete(one))
    this.#active.add(quirk)
    return quirk
  }

  /** Takes all rules out of force. */
  clear(): void {
    this.#active.clear()
  }

  /**
   * Says what is odd about a request, and counts it.
   *
   * @internal
   */
  planFor(operation: ZerodbOperation): QuirkPlan {
    return Object.assign({}, ...[...this.#active].map((quirk) => quirk.strike(operation))) as QuirkPlan
  }
}

class ActiveQuirk implements ActiveFault {
  readonly #rule: ZerodbQuirk
  readonly #remove: (quirk: ActiveQuirk) => void
  #seen = 0
  hits = 0

  constructor(rule: ZerodbQuirk, remove: (quirk: ActiveQuirk) => void) {
    this.#rule = rule
    this.#remove = remove
  }

  strike(target: ZerodbOperation): QuirkPlan {
    const { operation, nth, times = nth === undefined ? Number.POSITIVE_INFINITY : 1, ...plan } = this.#rule
    if (operation !== undefined && operation !== target) return {}
    this.#seen += 1
    if (this.#seen < (nth ?? 1) || this.hits >= times) return {}
    this.hits += 1
    return plan
  }

  remove(): void {
    this.#remove(this)
  }
}

function checkQuirk(rule: ZerodbQuirk): void {
  for (const [name, value] of Object.entries(rule)) {
    const entry = Object.hasOwn(checks, name) ? checks[name as keyof ZerodbQuirk] : undefined
    if (entry === undefined) {
      throw invalidArgument(`quirk: "${name}" is unknown: it takes ${Object.keys(checks).join(', ')}`)
    }
    const [check, must] = entry
    if (value !== undefined && !check(value)) throw invalidArgument(`quirk: ${name} must ${must}`)
  }
}
