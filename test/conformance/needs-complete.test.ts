import { checkConformance, conformanceChecks, type FaultHook, type Need } from '@stowage/conformance'
import { type CapabilityName, capabilityNames } from '@stowage/core'
import { interceptDriver, type StorageDriver } from '@stowage/core/driver'
import { beforeAll, describe, expect, test } from 'vitest'
import { embeddedSetup } from './embedded-setup.ts'
import { capabilitiesOf, maskCapabilities, withFeatures } from './masked-driver.ts'

/** Notes which capabilities each check makes use of, or asks core for. */
class UseRecorder {
  readonly #uses = new Map<string, Set<CapabilityName>>()
  #current: Set<CapabilityName> | undefined

  begin(check: string): void {
    this.#current = new Set()
    this.#uses.set(check, this.#current)
  }

  end(): void {
    this.#current = undefined
  }

  /** Gives the checks that used a capability. */
  usersOf(name: CapabilityName): string[] {
    return [...this.#uses].flatMap(([check, names]) => (names.has(name) ? [check] : []))
  }

  watch(driver: StorageDriver): StorageDriver {
    const operations = new Proxy(driver.capabilities.operations, {
      // Core asks so for what it is about to use; who only looks what there is reads the property at once.
      getOwnPropertyDescriptor: (target, name) => {
        this.#current?.add(name as CapabilityName)
        return Reflect.getOwnPropertyDescriptor(target, name)
      },
    })
    const capabilities = { ...driver.capabilities, operations }
    return interceptDriver(
      driver,
      (call, next) => {
        for (const name of capabilitiesOf(call)) this.#current?.add(name)
        // A plan alone is looked at by checks of what `find` would do.
        if (call.operation === 'tables.plan') this.#current?.add('tables.find')
        return next(call)
      },
      { capabilities },
    )
  }
}

const needsById = new Map(conformanceChecks.map(({ id, needs }) => [id, needs]))
const recorder = new UseRecorder()

beforeAll(async () => {
  const setup = embeddedSetup((driver) => recorder.watch(driver))
  const inner = setup.faults?.({}) as FaultHook
  // Faults are cleared when a check ends, before it tidies up: what that uses is no need of the check.
  const hook: FaultHook = {
    kinds: inner.kinds,
    inject: (fault) => inner.inject(fault),
    clear: () => {
      recorder.end()
      return inner.clear()
    },
  }
  const only = (id: string): boolean => {
    recorder.begin(id)
    return true
  }
  await checkConformance({ ...setup, faults: () => hook }, { only })
}, 180_000)

test('each check uses what it names', () => {
  // Rows are loaded where they can be, which is as good.
  const named = capabilityNames.filter((name) => name !== 'tables.insert')
  const idle = named.flatMap((name) => {
    const users = new Set(recorder.usersOf(name))
    return [...needsById.keys()].filter((id) => names(id, [name]) && !users.has(id)).map((id) => `${id}: ${name}`)
  })
  expect(idle).toEqual([])
})

// Without `buckets.create` nearly all checks run once more, in one bucket.
const timeout = 180_000

describe(
  'without a capability, the checks that do not name it pass, though they use it where it is there',
  { timeout },
  () => {
    test.each(capabilityNames)('%s', async (name) => {
      const masked = withFeatures(name)
      const promise = name === 'buckets.create' ? ['semantics.dynamicBuckets' as const] : []
      const users = recorder.usersOf(name).filter((id) => !names(id, [...masked, ...promise]))
      const setup = embeddedSetup((driver) => maskCapabilities(driver, masked))
      const { results } = await checkConformance(setup, { only: (id) => users.includes(id) })
      const strays = results.filter(({ outcome }) => outcome !== 'passed')
      expect(strays.map(({ id, outcome, reason }) => `${id} ${outcome}: ${reason ?? ''}`)).toEqual([])
    })
  },
)

test('where rows can be loaded but not inserted, the checks that only need rows pass', async () => {
  const masked = withFeatures('tables.insert')
  const gaps = Object.fromEntries(masked.map((name) => [name, { kind: 'never', reason: 'it is masked' } as const]))
  const setup = embeddedSetup((driver) => maskCapabilities(driver, masked), gaps)
  const { results } = await checkConformance(setup, { only: (id) => names(id, ['tables.insert']) })
  const failed = results.filter(({ outcome }) => outcome === 'failed')
  expect(failed.map(({ id, reason }) => `${id}: ${reason ?? ''}`)).toEqual([])
  expect(results.filter(({ outcome }) => outcome === 'passed').length).toBeGreaterThan(50)
})

function names(id: string, needs: readonly Need[]): boolean {
  return needsById.get(id)?.some((need) => needs.includes(need)) === true
}
