import assert from 'node:assert/strict'
import { type CapabilityName, capabilityNames, type EmulationPolicy, type Receipt, StorageError } from '@stowage/core'
import { type Check, check } from '../check.ts'
import type { CheckContext } from '../check-context.ts'
import { recordChecks } from './declared-record.ts'
import { emptyPlace, preparePlace, type ProbePlace } from './probe-place.ts'
import { probes } from './probes.ts'
import { capabilityOf, impliedCapabilities } from './record-rules.ts'
import { expectUnsent } from './unsent.ts'

/** Declared: what the capability record leaves out is refused before anything is sent; what it states is there. */
export const declaredChecks: readonly Check[] = [
  ...recordChecks,
  ...capabilityNames.map((name) =>
    check(
      `declared/${name.replace('.', '-').replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
      `${name} is answered where the record declares it, and refused before anything is sent where it doesn't`,
      {},
      (context) => checkCapability(context, name),
    ),
  ),
]

async function checkCapability(context: CheckContext, name: CapabilityName): Promise<void> {
  const support = context.capabilities.operations[name]
  if (support === undefined) return expectRefusal(context, name, emptyPlace(context))
  for (const policy of forbidden(support)) {
    await expectRefusal(context, name, emptyPlace(context).through(context.openStorage([], { emulation: policy })))
  }
  const place = await preparePlace(context, probes[name].on)
  await expectAnswer(context, name, place)
}

/** The policies under which a capability must be refused. */
function forbidden(support: { kind: string; cost?: string }): readonly EmulationPolicy[] {
  if (support.kind === 'native') return []
  return support.cost === 'cheap' ? ['never'] : ['never', 'cheap']
}

async function expectRefusal(context: CheckContext, name: CapabilityName, place: ProbePlace): Promise<void> {
  const { details } = await expectUnsent(context, () => probes[name].call(place), 'unsupported')
  const { capability } = details
  const acceptable = [name, ...(impliedCapabilities[name] ?? [])]
  assert.ok(acceptable.includes(capability as CapabilityName), `the refusal names ${String(capability)}, not ${name}`)
}

async function expectAnswer(context: CheckContext, name: CapabilityName, place: ProbePlace): Promise<void> {
  const calls = context.log.calls.length
  try {
    checkReceipt(context, name, await probes[name].call(place))
  } catch (error) {
    if (place.isComplete || !StorageError.is(error)) throw error
    // What it works on could not be made, so that it may fail; but not for want of the capability.
    assert.ok(error.code !== 'unsupported' && error.code !== 'internal', `${name} is declared, but: ${error.message}`)
  }
  const used = context.log.calls.slice(calls).map(({ operation }) => operation)
  const undeclared = used.filter((operation) => {
    const capability = capabilityOf(operation)
    return capability !== undefined && context.capabilities.operations[capability] === undefined
  })
  assert.deepEqual(undeclared, [], `${name} took operations that are not declared`)
}

/** What core composed must say so, and what the backend claims to do itself must not have been composed. */
function checkReceipt(context: CheckContext, name: CapabilityName, result: unknown): void {
  const { receipt } = (result ?? {}) as { readonly receipt?: Receipt }
  if (receipt === undefined) return
  assert.ok(receipt.requests > 0, `${name} took no request, says the receipt`)
  const isEmulated = context.capabilities.operations[name]?.kind === 'emulated'
  if (isEmulated) assert.notDeepEqual(receipt.emulated, [], `${name} is emulated, but the receipt doesn't say so`)
  else assert.ok(!receipt.emulated.includes(name), `${name} is declared as native, but core composed it`)
}
