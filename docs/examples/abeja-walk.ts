import { openStorage } from 'stowage'
import { startService } from './abeja-service.ts'

const service = await startService()

const storage = await openStorage({
  adapter: 'abeja',
  baseUrl: service.url,
  organizationId: service.organizationId,
  userId: service.userId,
  personalAccessToken: service.personalAccessToken,
  kind: 'bucket', // ABEJA's buckets, for invited accounts; left out, new buckets of the storage are channels
})
const reports = storage.bucket('reports')
await reports.create()
for (const key of ['2025/q4.csv', '2026/q1.csv', '2026/q2.csv', '2026/raw/q1.json', 'readme.txt'])
  await reports.file(key).put(`content of ${key}`)

// #region walk
// One directory: its files, and the directories in it. The service is asked for pages as the loop gets there.
for await (const entry of reports.files({ prefix: '2026/', delimiter: '/' }))
  console.log(entry.kind === 'prefix' ? entry.prefix : `${entry.file.key}, ${entry.file.sizeBytes} bytes`)

// All below it, directories walked in order of key.
let sizeBytes = 0
for await (const entry of reports.files({ prefix: '2026/' }))
  if (entry.kind === 'file') sizeBytes += entry.file.sizeBytes
console.log(sizeBytes, 'bytes in all')
// #endregion walk

// #region native
const { native } = storage
for await (const bucket of native.buckets()) {
  for await (const file of native.walkBucketFiles(bucket.bucketId, { itemsPerPage: 2 }))
    console.log(bucket.name, file.fileId, file.etag)
}
// #endregion native

if (sizeBytes !== 71) throw new Error('the example is wrong')
await storage.close()
await service.close()
