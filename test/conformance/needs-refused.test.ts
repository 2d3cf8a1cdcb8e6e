import { checkConformance, conformanceChecks } from '@stowage/conformance'
import { type CapabilityName, capabilityNames } from '@stowage/core'
import { describe, expect, test } from 'vitest'
import { embeddedSetup } from './embedded-setup.ts'
import { maskCapabilities, withFeatures } from './masked-driver.ts'

const gap = { kind: 'never', reason: 'it is masked' } as const

// A table is filled by load where rows can't be inserted, which is as good for checks that only need rows.
const maskedToo: Readonly<Partial<Record<CapabilityName, readonly CapabilityName[]>>> = {
  'tables.insert': ['tables.load'],
}

describe('without a capability, the checks that need it end in its refusal', () => {
  test.each(capabilityNames)('%s', async (name) => {
    const needing = new Set(conformanceChecks.filter(({ needs }) => needs.includes(name)).map(({ id }) => id))
    const masked = [name, ...(maskedToo[name] ?? [])].flatMap(withFeatures)
    const gaps = Object.fromEntries(masked.map((one) => [one, gap]))
    const setup = embeddedSetup((driver) => maskCapabilities(driver, masked), gaps)
    const { results } = await checkConformance(setup, { only: (id) => needing.has(id) })
    const strays = results.filter(({ outcome }) => outcome !== 'gap')
    expect(strays.map(({ id, outcome, reason }) => `${id} ${outcome}: ${reason ?? ''}`)).toEqual([])
    expect(results).not.toEqual([])
  })
})
