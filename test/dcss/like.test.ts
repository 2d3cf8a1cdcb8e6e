import { createDcssDriver } from '@stowage/adapter-dcss'
import { createLocalDriver } from '@stowage/adapter-local'
import { sampleTokens } from '@stowage/gateway'
import { expect, test } from 'vitest'

test('the embedded backend like dcss has the capability record of the adapter with a token', async () => {
  const local = await createLocalDriver({ memory: true, like: 'dcss' })
  const dcss = createDcssDriver({ token: sampleTokens.dt1 }, { environment: {} })
  try {
    expect(local.capabilities).toEqual(dcss.capabilities)
  } finally {
    await Promise.all([local.close(), dcss.close()])
  }
})
