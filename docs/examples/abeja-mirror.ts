import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createAbejaDriver } from '@stowage/adapter-abeja'
import { startService } from './abeja-service.ts'

const service = await startService()
for (const day of ['20', '21']) {
  await mkdir(`photos/${day}`, { recursive: true })
  for (const name of ['a.png', 'b.png']) await writeFile(`photos/${day}/${name}`, `${day} ${name}`)
}

// #region mirror
const driver = createAbejaDriver({
  baseUrl: service.url, // this and the rest: the service on this machine
  organizationId: service.organizationId,
  userId: service.userId,
  personalAccessToken: service.personalAccessToken,
})
const { native } = driver
const { channelId } = await native.createChannel({ name: 'cam-east' })

// Up: several files at a time, each under its path. What the channel has already is left out, so it can be run again.
const sent = await native.uploadChannelFiles(channelId, './photos', {
  lifetime: '1month',
  metadata: { gate: '7' },
  concurrency: 8,
  conflictTarget: 'filename',
  onOutcome: (outcome) => console.log(outcome.path, outcome.isDone ? 'is there' : outcome.error.message),
})
const failed = sent.failed.filter(({ error }) => error.code !== 'already-exists')
if (failed.length > 0) throw new AggregateError(failed.map(({ error }) => error))

// Down: a name that would lead out of the directory fails by itself, and is told.
const got = await native.downloadChannelFiles(channelId, './copy', { query: 'x-abeja-meta-gate:7' })
console.log(got.succeeded.length, 'files are in ./copy')
// #endregion mirror

if ((await readFile('copy/21/b.png', 'utf8')) !== '21 b.png') throw new Error('the example is wrong')
const again = await native.uploadChannelFiles(channelId, './photos', { conflictTarget: 'filename' })
if (again.failed.length !== 4) throw new Error('the example is wrong')
await driver.close()
await service.close()
