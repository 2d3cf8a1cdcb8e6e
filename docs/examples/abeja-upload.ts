import { openStorage } from 'stowage'
import { startService } from './abeja-service.ts'

const service = await startService()

// #region upload
const storage = await openStorage({
  adapter: 'abeja',
  baseUrl: service.url, // the service on this machine; leave it out for the real one
  organizationId: service.organizationId,
  userId: service.userId,
  personalAccessToken: service.personalAccessToken,
})
const channel = storage.bucket('cam-east')
await channel.create({ description: 'The camera at the east gate' })

const inAWeek = new Date(Date.now() + 7 * 24 * 60 * 60 * 1000)
const { file } = await channel.file('2026-11-21/door 1.png').put(new Uint8Array(1000), {
  contentType: 'image/png',
  metadata: { gate: '7', 場所: '東' },
  expiresAt: inAWeek, // the service's lifetime `1week`
})
console.log(file.key, file.sizeBytes, 'bytes, kept until', file.expiresAt?.toISOString().slice(0, 10))
console.log((await channel.file('2026-11-21/door 1.png').stat()).metadata)
// #endregion upload

await storage.close()
await service.close()
