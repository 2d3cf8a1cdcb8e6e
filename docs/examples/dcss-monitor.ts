import { writeFile } from 'node:fs/promises'
import { openStorage, StorageError } from 'stowage'
import { startService } from './dcss-service.ts'

const service = await startService(0)
const storage = await openStorage({
  adapter: 'dcss',
  token: service.token,
  dataApiUrl: service.url,
  s3Url: service.s3Url,
})
// The network is slow today.
await writeFile('robot.bag', new Uint8Array(20_000_000))
service.faults.add({ match: { server: 's3', method: 'PUT' }, throttleBytesPerSecond: 2_000_000 })

// #region monitor
const upload = storage.bucket('private').file('logs/2026-11-21.bag').upload('robot.bag')

upload.onStatus((status, reason) => console.log(status, '-', reason))
upload.onProgress(({ percentage, transferred, speed }) => {
  console.log(percentage, '%')
  if (transferred > 3_000_000 && speed < 10_000_000) void upload.abort('the network is too slow')
})
const error: unknown = await upload.catch((reason: unknown) => reason)
console.log(upload.status, StorageError.is(error, 'aborted'))

// An upload that was aborted leaves nothing behind.
console.log(await storage.bucket('private').file('logs/2026-11-21.bag').exists())
// #endregion monitor

if (upload.status !== 'stopped') throw new Error('the example is wrong')
await storage.close()
await service.close()
