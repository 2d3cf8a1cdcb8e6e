import { openStorage } from 'stowage'
import { startService } from './dcss-service.ts'

const service = await startService(0)

// #region upload
const storage = await openStorage({
  adapter: 'dcss',
  token: service.token, // yours; or leave it out and set DUCKIETOWN_TOKEN
  dataApiUrl: service.url, // this and the next one: the service on this machine
  s3Url: service.s3Url,
})
const mine = storage.bucket('user')
await mine.file('robots/watchtower01/notes.txt').put('calibrated on 2026-11-21')

// In the space `user` everything lies below the number of the token's user.
for await (const entry of mine.files({ prefix: 'robots/' })) {
  if (entry.kind === 'file') console.log(entry.file.key, entry.file.sizeBytes, 'bytes')
}
console.log(await mine.file('robots/watchtower01/notes.txt').text())
// #endregion upload

await storage.close()
await service.close()
