import { invalidArgument } from '@stowage/core/driver'
import { checkFaultRule, type FaultMatch, type FaultRule } from './fault-rule.ts'

/** A rule that is in force. */
export interface ActiveFault {
  /** How many requests it has hit. */
  readonly hits: number
  /** Takes the rule out of force; requests it has hit keep their fault. */
  remove(): void
}

/** What a request shows of itself to rules. */
export interface FaultTarget {
  /** The name of the server that got it. */
  readonly server: string
  /** Its method. */
  readonly method: string
  /** Its path as sent, without the query. */
  readonly path: string
}

/** All that goes wrong with one request. */
export type FaultPlan = Omit<FaultRule, 'match' | 'nth' | 'times' | 'probability' | 'expireUrls'>

/** What faults need of the gateway they belong to. */
export interface FaultSupport {
  /** Lets every URL handed out so far count as expired; undefined for an API without URLs. */
  readonly expireUrls?: () => void
  /** Gives a number from 0 to below 1. Default: `Math.random`. */
  readonly random?: () => number
}

class Fault implements ActiveFault {
  readonly #rule: FaultRule
  readonly #random: () => number
  readonly #remove: (fault: Fault) => void
  #seen = 0
  hits = 0

  constructor(rule: FaultRule, random: () => number, remove: (fault: Fault) => void) {
    this.#rule = rule
    this.#random = random
    this.#remove = remove
  }

  /** Counts a request that matches, and gives the rule when it hits. */
  strike(target: FaultTarget): FaultRule | undefined {
    const { match = {}, nth, times = nth === undefined ? Number.POSITIVE_INFINITY : 1, probability } = this.#rule
    if (!matches(match, target)) return undefined
    this.#seen += 1
    if (this.#seen < (nth ?? 1) || this.hits >= times) return undefined
    if (probability !== undefined && this.#random() >= probability) return undefined
    this.hits += 1
    return this.#rule
  }

  remove(): void {
    this.#remove(this)
  }
}

/** The faults of a gateway: rules that make requests go wrong, for tests of clients. */
export class Faults {
  readonly #active = new Set<Fault>()
  readonly #support: FaultSupport
  #hits = 0

  /** @internal */
  constructor(support: FaultSupport = {}) {
    this.#support = support
  }

  /**
   * Puts a rule in force from the next request on. Several that hit one request all apply: delays add up, and of two that set
   * the same thing the later one counts.
   *
   * @throws StorageError `invalid-argument` for a rule that says nothing we know, and for `expireUrls` where there are no URLs
   */
  add(rule: FaultRule): ActiveFault {
    checkFaultRule(rule)
    if (rule.expireUrls === true && this.#support.expireUrls === undefined) {
      throw invalidArgument('fault rule: this API hands out no URLs that could expire: leave expireUrls out')
    }
    const random = this.#support.random ?? Math.random
    const fault = new Fault({ ...rule }, random, (one) => this.#active.delete(one))
    this.#active.add(fault)
    return fault
  }

  /** Takes all rules out of force and begins to count from 0. */
  clear(): void {
    this.#active.clear()
    this.#hits = 0
  }

  /** How many requests were hit since the beginning or the last {@link Faults.clear}. */
  get hits(): number {
    return this.#hits
  }

  /**
   * Says what goes wrong with a request, and counts it.
   *
   * @internal
   */
  planFor(target: FaultTarget): FaultPlan | undefined {
    if (this.#active.size === 0) return undefined
    const rules = [...this.#active].map((fault) => fault.strike(target)).filter((rule) => rule !== undefined)
    if (rules.length === 0) return undefined
    this.#hits += 1
    if (rules.some(({ expireUrls }) => expireUrls === true)) this.#support.expireUrls?.()
    const delayMs = rules.reduce((sum, rule) => sum + (rule.delayMs ?? 0), 0)
    return { ...Object.assign({}, ...rules.map(withoutUndefined)), delayMs }
  }
}

function matches({ server, method, path }: FaultMatch, target: FaultTarget): boolean {
  if (server !== undefined && server !== target.server) return false
  if (method !== undefined && method !== target.method) return false
  if (path === undefined) return true
  if (typeof path === 'string') return target.path.startsWith(path)
  // A sticky or global pattern remembers where it stopped.
  path.lastIndex = 0
  return path.test(target.path)
}

function withoutUndefined(rule: FaultRule): FaultRule {
  return Object.fromEntries(Object.entries(rule).filter(([, value]) => value !== undefined))
}
