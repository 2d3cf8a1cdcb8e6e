import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { capabilityNames, createStorage, StorageError } from '@stowage/core'
import type { OperationName } from '@stowage/core/driver'
import { type Check, check } from '../check.ts'
import type { CheckContext } from '../check-context.ts'
import { expectError } from '../expectation.ts'
import { emptyPlace } from './probe-place.ts'
import { probes } from './probes.ts'
import { capabilityOf } from './record-rules.ts'

/** The credential and what looks like one: nowhere to be seen. */
export const secretChecks: readonly Check[] = [
  check(
    'errors/secret-of-failures',
    'the credential shows in no error of a failed call: not in its message, its JSON or when it is inspected',
    {},
    async (context) => {
      for (const error of await failures(context)) assertHidden(context, error)
    },
  ),
  check(
    'errors/secret-in-causes',
    'the credential does not even show when the cause of an error is inspected',
    {},
    async (context) => {
      for (const error of await failures(context)) {
        for (let cause: unknown = error.cause; cause !== undefined; cause = (cause as { cause?: unknown }).cause) {
          assertNoSecret(context, show(cause), `the cause of "${error.message}"`)
        }
      }
    },
  ),
  check(
    'errors/secret-of-failing-service',
    'the credential shows in no error of a service that fails',
    { faults: ['status-before'] },
    async (context) => {
      const place = emptyPlace(context)
      for (const [operation, call] of pings(context, place)) {
        for (const status of [429, 503]) {
          await context.inject({ kind: 'status-before', operation, status })
          const error = await expectError(call, 'rate-limited', 'unavailable')
          assertHidden(context, error)
        }
      }
    },
  ),
  check(
    'errors/secret-of-handles',
    'the credential does not show when a storage, a handle, the driver or its native client is inspected or logged',
    {},
    async (context) => {
      const { storage } = context
      await storage.ping()
      const driver = await context.openDriver()
      const bucket = storage.bucket(context.newBucketName())
      const shown = { storage, bucket, table: bucket.table('t'), file: bucket.file('f'), driver, native: driver.native }
      for (const [what, value] of Object.entries(shown)) {
        assertNoSecret(context, show(value), `the inspected ${what}`)
        assertNoSecret(context, asJson(value), `the JSON of the ${what}`)
      }
      await createStorage(driver).close()
      assertNoSecret(context, show(driver), 'the closed driver')
    },
  ),
  check(
    'errors/secret-in-names',
    'what looks like a credential in a key is masked in the errors about it',
    { needs: ['files.stat', 'files.read'] },
    async (context) => {
      const texts = ['x?access_token=abc123def456', 'https://me:abc123def456@host/x', 'Bearer abc123def456']
      for (const text of texts) {
        const file = context.storage.bucket(context.newBucketName()).file(text)
        for (const call of [() => file.stat(), () => file.get()]) {
          const error = await expectError(call, 'not-found', 'invalid-argument')
          assert.ok(!`${show(error)}${JSON.stringify(error)}`.includes('abc123def456'), `shown: ${error.message}`)
        }
      }
    },
  ),
]

/** Lets every declared call fail that fails on something missing, and more that fails by itself. */
async function failures(context: CheckContext): Promise<StorageError[]> {
  const errors: StorageError[] = []
  const place = emptyPlace(context)
  for (const name of capabilityNames) {
    try {
      await probes[name].call(place)
    } catch (error) {
      assert.ok(StorageError.is(error), `${name} failed with ${String(error)}, which is no StorageError`)
      errors.push(error)
    }
  }
  errors.push(await expectError(context.storage.ping({ signal: AbortSignal.abort() }), 'aborted'))
  const closed = createStorage(await context.openDriver())
  await closed.close()
  errors.push(await expectError(closed.ping(), 'closed'))
  return errors
}

/** Plain calls of declared operations, one for each group that can be reached without making anything. */
function pings(context: CheckContext, place: ReturnType<typeof emptyPlace>): [OperationName, () => unknown][] {
  const operations: readonly OperationName[] = ['buckets.get', 'tables.get', 'files.stat', 'jobs.get']
  const declared = operations.filter((operation) => {
    const capability = capabilityOf(operation)
    return capability !== undefined && context.has(capability)
  })
  const calls = declared.map((operation): [OperationName, () => unknown] => [
    operation,
    () => probes[operation as 'tables.get'].call(place),
  ])
  return [['ping', () => context.storage.ping()], ...calls]
}

function assertHidden(context: CheckContext, error: StorageError): void {
  const { message, stack = '' } = error
  for (const text of [message, stack, String(error), JSON.stringify(error), inspect(error), show(error)]) {
    assertNoSecret(context, text, `an error with \`${error.code}\``)
  }
}

function assertNoSecret({ secret }: CheckContext, text: string, where: string): void {
  if (secret === undefined) return
  const spellings = [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')]
  // The text itself must not get into the report either.
  assert.ok(!spellings.some((spelling) => text.includes(spelling)), `the credential shows in ${where}`)
}

function show(value: unknown): string {
  return inspect(value, { depth: 8, showHidden: true, maxStringLength: null, maxArrayLength: null })
}

function asJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? ''
  } catch {
    return ''
  }
}
