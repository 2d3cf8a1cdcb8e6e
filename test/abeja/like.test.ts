import { createAbejaDriver } from '@stowage/adapter-abeja'
import { createLocalDriver } from '@stowage/adapter-local'
import { expect, test } from 'vitest'

test('the embedded backend like abeja has the capability record of the adapter', async () => {
  const local = await createLocalDriver({ memory: true, like: 'abeja' })
  const abeja = createAbejaDriver({ authToken: 'x' }, { environment: {} })
  try {
    expect(local.capabilities).toEqual(abeja.capabilities)
  } finally {
    await Promise.all([local.close(), abeja.close()])
  }
})
