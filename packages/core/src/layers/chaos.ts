import type { Clock } from '../driver/adapter-definition.ts'
import { type DriverCall, interceptDriver, type Layer, type NextCall, type OperationName } from '../driver/operation.ts'
import type { StorageDriver } from '../driver/storage-driver.ts'
import type { RowPage } from '../driver/table-driver.ts'
import { StorageError } from '../errors/storage-error.ts'
import { systemClock } from '../services/clock.ts'
import { callResource } from './call-resource.ts'
import { type Body, discardResult, replaceBody } from './call-body.ts'
import { type ChaosFault, type ChaosRule, checkRules } from './chaos-rules.ts'
import { matchesOperation } from './operation-kind.ts'
import { checkOptions, type OptionTable } from './option-table.ts'

/** One fault that happened. */
export interface ChaosEvent {
  /** The index of its rule. */
  readonly rule: number
  /** Which of the calls the rule is for it was, from 1. */
  readonly nth: number
  /** What was called. */
  readonly operation: OperationName
  /** What it was done to. */
  readonly resource: string | undefined
  /** What went wrong. */
  readonly fault: ChaosFault
}

/** What {@link chaosLayer} can be told. */
export interface ChaosOptions {
  /** What goes wrong, when. All rules that fit a call take effect, in this order. */
  readonly rules: readonly ChaosRule[]
  /** Chooses the calls that rules with a probability hit: the same seed and calls give the same faults. Default 1. */
  readonly seed?: number | undefined
  /** Hears of each fault as it happens. */
  readonly onFault?: ((event: ChaosEvent) => void) | undefined
  /** The clock. Default the computer's. */
  readonly clock?: Clock | undefined
}

/** The options of {@link chaosLayer} that a config can hold. */
export const chaosOptionTable: OptionTable = {
  rules: {
    type: 'array',
    isRequired: true,
    description:
      'What goes wrong, when: objects with `operation` (a name, a group such as `files.*`, or `*`), `probability` or `nth`, and `fault`.',
  },
  seed: {
    type: 'number',
    isInteger: true,
    default: 1,
    description: 'Chooses the calls that rules with a probability hit; the same seed and calls give the same faults.',
  },
}

/**
 * Makes a layer that lets calls fail, wait or lose part of their answer, for tests: to be put nearest the driver, below the layers
 * that are tested.
 *
 * Which calls are hit depends only on the seed and on each rule's own count of calls, not on time or on other rules.
 */
export function chaosLayer(options: ChaosOptions): Layer {
  checkOptions('chaos', chaosOptionTable, options, ['onFault', 'clock'])
  const { rules, seed = 1, onFault = () => {}, clock = systemClock } = options
  checkRules(rules)
  return (driver) => {
    const dice = new ChaosDice(rules, seed)
    return interceptDriver(driver, (call, next) => {
      const hits = dice.roll(call)
      for (const event of hits) onFault(event)
      const faults = hits.map(({ fault }) => fault)
      return faults.length === 0 ? next(call) : runWithFaults(driver, clock, call, next, faults)
    })
  }
}

/** Decides which rules hit a call. */
class ChaosDice {
  readonly #rules: readonly ChaosRule[]
  readonly #seed: number
  readonly #counts: number[]

  constructor(rules: readonly ChaosRule[], seed: number) {
    this.#rules = rules
    this.#seed = seed
    this.#counts = rules.map(() => 0)
  }

  roll(call: DriverCall): ChaosEvent[] {
    const { operation } = call
    return this.#rules.flatMap(({ operation: pattern, probability, nth, fault }, rule) => {
      if (!matchesOperation(pattern, operation)) return []
      const count = (this.#counts[rule] ?? 0) + 1
      this.#counts[rule] = count
      const isHit = nth === undefined ? chance(this.#seed, rule, count) < (probability ?? 1) : nth === count
      return isHit ? [{ rule, nth: count, operation, resource: callResource(call), fault }] : []
    })
  }
}

/** A number from 0 to below 1 that depends on nothing but its arguments and looks random. */
function chance(seed: number, rule: number, count: number): number {
  let hash = seed | 0
  for (const part of [rule, count]) {
    hash = Math.imul(hash ^ part, 0x9e3779b1)
    hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b)
    hash ^= hash >>> 13
  }
  hash = Math.imul(hash, 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
}

async function runWithFaults(
  driver: StorageDriver,
  clock: Clock,
  call: DriverCall,
  next: NextCall,
  faults: readonly ChaosFault[],
): Promise<unknown> {
  for (const fault of faults) {
    if (fault.kind === 'latency') await clock.sleep(fault.ms, call.context.signal)
    if (fault.kind === 'error' && fault.when !== 'after') throw chaosError(driver, call, fault)
  }
  let result = await next(call)
  for (const fault of faults) {
    if (fault.kind === 'error') {
      discardResult(call.operation, result)
      throw chaosError(driver, call, fault)
    }
    if (fault.kind === 'truncate') result = replaceBody(call.operation, result, (body) => truncate(body, fault.bytes))
    if (fault.kind === 'dropPage') result = dropItems(result)
  }
  return result
}

function chaosError(
  driver: StorageDriver,
  call: DriverCall,
  { code = 'unavailable', when = 'before', retryAfterMs, applied }: ChaosFault & { kind: 'error' },
): StorageError {
  const message = `the layer \`chaos\` failed the call ${when === 'after' ? 'after it was done' : 'before it was sent'}`
  const told = applied ?? (when === 'after' ? 'unknown' : undefined)
  const place = { backend: driver.backend, operation: call.operation, resource: callResource(call) }
  return new StorageError({ code, message, retryAfterMs, applied: told }, place)
}

function truncate(body: Body, bytes: number): Body {
  return {
    [Symbol.asyncIterator]: () => {
      const iterator = body[Symbol.asyncIterator]()
      let left = bytes
      const close = async (): Promise<IteratorResult<Uint8Array>> => {
        await iterator.return?.()
        return { done: true, value: undefined }
      }
      return {
        next: async () => {
          if (left === 0) return close()
          const result = await iterator.next()
          if (result.done === true) return result
          const value = result.value.subarray(0, left)
          left -= value.byteLength
          return { done: false, value }
        },
        return: close,
      }
    },
  }
}

function dropItems(result: unknown): unknown {
  if (typeof result !== 'object' || result === null) return result
  if ('items' in result) return { ...result, items: [] }
  if ('nextPageToken' in result && 'batch' in result) {
    const { batch, nextPageToken } = result as RowPage
    return { batch: { columns: batch.columns, rows: [] }, nextPageToken } satisfies RowPage
  }
  return result
}
