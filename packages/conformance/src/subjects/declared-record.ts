import assert from 'node:assert/strict'
import { type CapabilityName, capabilityNames, type Limits } from '@stowage/core'
import { type Check, check } from '../check.ts'
import type { CheckContext } from '../check-context.ts'
import { emulationParts, impliedCapabilities, methodOf } from './record-rules.ts'

const knownLimits: Readonly<Record<keyof Limits, true>> = {
  rowsPerInsert: true,
  pageSize: true,
  bucketNameBytes: true,
  tableNameBytes: true,
  columnNameBytes: true,
  columnsPerTable: true,
  keyBytes: true,
  fileBytes: true,
  partBytes: true,
  filesPerDelete: true,
  requestsPerMinute: true,
}

/** What must hold of a capability record by itself, without a call. */
export const recordChecks: readonly Check[] = [
  check('declared/names-known', 'the record names only capabilities there are', {}, async (context) => {
    const names = Object.keys(context.capabilities.operations)
    assert.deepEqual(
      names.filter((name) => !(capabilityNames as readonly string[]).includes(name)),
      [],
    )
  }),
  check(
    'declared/support-well-formed',
    'each declared capability is native, or emulated with a cost and a line that says how',
    {},
    async (context) => {
      for (const [name, support] of declared(context)) {
        if (support.kind === 'native') continue
        assert.equal(support.kind, 'emulated', name)
        assert.ok(support.cost === 'cheap' || support.cost === 'expensive', `${name} has the cost ${support.cost}`)
        assert.ok(typeof support.how === 'string' && support.how !== '', `${name} doesn't say how it is emulated`)
      }
    },
  ),
  check('declared/limits-sane', 'limits have known names and are positive whole numbers', {}, async (context) => {
    for (const [name, limit] of Object.entries(context.capabilities.limits) as [string, unknown][]) {
      assert.ok(Object.hasOwn(knownLimits, name), `there is no limit "${name}"`)
      if (limit === undefined) continue
      assert.ok(Number.isSafeInteger(limit) && Number(limit) > 0, `limits.${name} is ${JSON.stringify(limit)}`)
    }
  }),
  check('declared/semantics-complete', 'the record answers each question about semantics', {}, async (context) => {
    const { buckets, ...promises } = context.capabilities.semantics
    assert.ok(buckets === 'dynamic' || buckets === 'fixed', `semantics.buckets is ${String(buckets)}`)
    const names = ['keepsNulls', 'keepsUndeclaredFields', 'keepsTypes', 'readAfterWrite', 'atomicWrites'] as const
    for (const name of names) assert.equal(typeof promises[name], 'boolean', `semantics.${name}`)
  }),
  check(
    'declared/parts-declared',
    'what a declared capability is a part of, or is composed of, is declared as well',
    {},
    async (context) => {
      for (const [name, { kind }] of declared(context)) {
        const parts = [...(impliedCapabilities[name] ?? []), ...(kind === 'emulated' ? partsOf(name) : [])]
        const missing = parts.filter((part) => context.capabilities.operations[part] === undefined)
        assert.deepEqual(missing, [], `${name} is declared, but not what it needs`)
      }
    },
  ),
  check('declared/methods-there', 'the driver has the methods of what it declares', {}, async (context) => {
    for (const [name, { kind }] of declared(context)) {
      // An emulated delete names rows by their keys, and deletes those with the driver's own method.
      if (kind === 'native' || methodOf(name) === 'tables.delete') assertMethod(context, methodOf(name))
    }
    const planned = ['tables.find', 'tables.count', 'tables.update', 'tables.delete', 'tables.export'] as const
    if (planned.some((name) => context.has(name))) assertMethod(context, 'tables.plan')
  }),
  check(
    'declared/record-stable',
    'the record stays the same while the storage is open, and for the next one',
    {},
    async (context) => {
      const before = structuredClone(context.capabilities)
      await context.storage.ping()
      const other = await context.openDriver()
      assert.deepEqual(structuredClone(other.capabilities), before)
      await other.close()
      assert.deepEqual(structuredClone(context.capabilities), before)
    },
  ),
  check('declared/ping', 'a ping is answered, and names no bucket', {}, async (context) => {
    await context.storage.ping()
    assert.deepEqual(context.log.operations, ['ping'])
    assert.match(context.storage.backend, /./)
  }),
]

function declared({ capabilities }: CheckContext): (readonly [CapabilityName, DeclaredSupport])[] {
  return Object.entries(capabilities.operations) as [CapabilityName, DeclaredSupport][]
}

type DeclaredSupport = NonNullable<CheckContext['capabilities']['operations'][CapabilityName]>

function partsOf(name: CapabilityName): readonly CapabilityName[] {
  const parts = emulationParts[name]
  assert.ok(parts !== undefined, `${name} is declared as emulated, but core can't compose it`)
  return parts
}

function assertMethod({ driver }: CheckContext, operation: string): void {
  const [group = '', method = ''] = operation.split('.')
  const methods = (driver as unknown as Record<string, Record<string, unknown> | undefined>)[group]
  assert.equal(typeof methods?.[method], 'function', `the driver has no ${operation}`)
}
