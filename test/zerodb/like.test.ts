import { createLocalDriver } from '@stowage/adapter-local'
import { createZerodbDriver } from '@stowage/adapter-zerodb'
import { expect, test } from 'vitest'

test('the embedded backend like zerodb has the capability record of the adapter on the smallest plan', async () => {
  const local = await createLocalDriver({ memory: true, like: 'zerodb' })
  const zerodb = createZerodbDriver({ apiKey: 'zerodb_sk_test' }, { environment: {} })
  try {
    expect(local.capabilities).toEqual(zerodb.capabilities)
  } finally {
    await Promise.all([local.close(), zerodb.close()])
  }
})
