import { createKeboolaDriver } from '@stowage/adapter-keboola'
import { createLocalDriver } from '@stowage/adapter-local'
import { expect, test } from 'vitest'

test('the embedded backend like keboola has the capability record of the adapter', async () => {
  const local = await createLocalDriver({ memory: true, like: 'keboola' })
  const keboola = createKeboolaDriver({ token: '1-test' }, { environment: {} })
  try {
    expect(local.capabilities).toEqual(keboola.capabilities)
  } finally {
    await Promise.all([local.close(), keboola.close()])
  }
})
