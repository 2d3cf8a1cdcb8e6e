import { StorageError } from '@stowage/core'
import type { StorageDriver } from '@stowage/core/driver'
import { type Check, holds, isSemanticsNeed, type Need } from './check.ts'
import { CheckContext } from './check-context.ts'
import type { CheckResult } from './check-result.ts'
import type { FaultHook } from './faults.ts'
import { findGap, idleGaps } from './gaps.ts'
import type { ConformanceSetup } from './setup.ts'

/** One run of the suite on one backend: starts it, runs checks one by one, and judges each by the capability record and the gaps. */
export class Suite<Backend> {
  readonly #setup: ConformanceSetup<Backend>
  readonly #usedGaps = new Set<string>()
  #opened: Opened<Backend> | undefined
  #count = 0
  /** What has been run so far. */
  readonly results: CheckResult[] = []

  /** @param setup - how to get at the backend */
  constructor(setup: ConformanceSetup<Backend>) {
    this.#setup = setup
  }

  /** The driver under test; there after {@link Suite.start}. */
  get driver(): StorageDriver {
    return this.#open.driver
  }

  get #open(): Opened<Backend> {
    if (this.#opened === undefined) throw new Error('the suite was not started')
    return this.#opened
  }

  /** Starts the backend and makes the driver. */
  async start(): Promise<void> {
    const backend = await this.#setup.start()
    this.#opened = { backend, driver: await this.#setup.driver(backend), faults: this.#setup.faults?.(backend) }
  }

  /** Closes the driver and stops the backend. */
  async stop(): Promise<void> {
    if (this.#opened === undefined) return
    const { backend, driver } = this.#opened
    await driver.close()
    if (this.#setup.stop !== undefined) await this.#setup.stop(backend)
    else await (backend as { close?: () => unknown } | undefined)?.close?.()
  }

  /** Runs one check and judges it. */
  async run(one: Check): Promise<CheckResult> {
    const unmet = this.#unmet(one)
    const gap = one.isLaw && unmet.length === 0 ? undefined : findGap(this.#setup.gaps ?? {}, one, unmet)
    if (gap !== undefined) this.#usedGaps.add(gap.key)
    const judged = this.#notRun(one, unmet) ?? (await this.#judge(one, unmet, gap))
    const result = { id: one.id, title: one.title, gap: undefined, reason: undefined, error: undefined, ...judged }
    this.results.push(result)
    return result
  }

  /** The keys of gaps that covered no check of those that ran. */
  idleGaps(): string[] {
    return idleGaps(this.#setup.gaps ?? {}, this.#usedGaps)
  }

  #unmet({ needs }: Check): Need[] {
    const { operations, semantics } = this.driver.capabilities
    return needs.filter((need) => (isSemanticsNeed(need) ? !holds(semantics, need) : operations[need] === undefined))
  }

  #notRun(one: Check, unmet: readonly Need[]): Judgement | undefined {
    const kinds = this.#open.faults?.kinds ?? []
    const missing = one.faults.filter((kind) => !kinds.includes(kind))
    if (missing.length === 0 || unmet.length > 0) return undefined
    return { outcome: 'not-run', reason: `the harness can't inject: ${missing.join(', ')}` }
  }

  async #judge(one: Check, unmet: readonly Need[], gap: ReturnType<typeof findGap>): Promise<Judgement> {
    const { failure, isFilledByLoad } = await this.#attempt(one, unmet)
    if (failure === undefined) {
      return this.#judgePass(one, isFilledByLoad ? unmet.filter((need) => need !== 'tables.insert') : unmet)
    }
    const fault = faultOfRefusal(unmet, failure)
    if (fault !== undefined) return { outcome: 'failed', reason: fault, error: failure.error }
    if (gap !== undefined) return { outcome: 'gap', gap: gap.kind, reason: gap.reason }
    const reason = unmet.length === 0 ? messageOf(failure.error) : `lacks ${unmet.join(', ')}: list a gap that says why`
    return { outcome: 'failed', reason, error: failure.error }
  }

  #judgePass(one: Check, unmet: readonly Need[]): Judgement {
    const gap = one.isLaw && unmet.length === 0 ? undefined : findGap(this.#setup.gaps ?? {}, one, unmet)
    if (gap === undefined) return { outcome: 'passed' }
    const reason = `passes, but is listed as the gap "${gap.key}": take the gap off the list`
    return { outcome: 'failed', reason, error: new Error(reason) }
  }

  async #attempt(one: Check, unmet: readonly Need[]): Promise<Attempt> {
    const context = this.#makeContext()
    const { promise: late, reject } = Promise.withResolvers<never>()
    const timer = setTimeout(() => reject(new Error(`took longer than ${one.timeoutMs} ms`)), one.timeoutMs)
    try {
      await Promise.race([one.run(context), late])
      return { failure: undefined, isFilledByLoad: context.isFilledByLoad }
    } catch (error) {
      const sentAnyway = context.log.operations.filter((operation) => unmet.some((need) => need === operation))
      return { failure: { error, sentAnyway }, isFilledByLoad: context.isFilledByLoad }
    } finally {
      clearTimeout(timer)
      await context.end()
    }
  }

  #makeContext(): CheckContext {
    this.#count += 1
    const { backend, driver, faults } = this.#open
    const openDriver = async (): Promise<StorageDriver> => this.#setup.driver(backend)
    const { requests } = this.#setup
    return new CheckContext({
      driver,
      openDriver,
      setup: this.#setup,
      faults,
      requests: requests === undefined ? undefined : () => requests(backend),
      // All of one length: what a check puts behind its name must not make another check's.
      label: `check-${String(this.#count).padStart(4, '0')}`,
    })
  }
}

interface Opened<Backend> {
  readonly backend: Backend
  readonly driver: StorageDriver
  readonly faults: FaultHook | undefined
}

type Judgement = Pick<CheckResult, 'outcome'> & Partial<CheckResult>

interface Attempt {
  readonly failure: Failure | undefined
  readonly isFilledByLoad: boolean
}

interface Failure {
  readonly error: unknown
  readonly sentAnyway: readonly string[]
}

/** What is wrong with how an absent capability was refused; undefined when nothing is. */
function faultOfRefusal(unmet: readonly Need[], { error, sentAnyway }: Failure): string | undefined {
  const absent = unmet.filter((need) => !isSemanticsNeed(need))
  if (absent.length === 0) return undefined
  if (sentAnyway.length > 0) return `reached the driver though absent: ${sentAnyway.join(', ')}`
  // What lacks a promise as well may fail by that first.
  if (absent.length < unmet.length || StorageError.is(error, 'unsupported')) return undefined
  return `must be refused with \`unsupported\` for lack of ${absent.join(', ')}, but: ${messageOf(error)}`
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
