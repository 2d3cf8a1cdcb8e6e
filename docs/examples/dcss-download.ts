import { stat } from 'node:fs/promises'
import { openStorage } from 'stowage'
import { startService } from './dcss-service.ts'

const service = await startService(20_000_000)

// #region download
const storage = await openStorage({
  adapter: 'dcss',
  s3Url: service.s3Url, // the service on this machine; leave it out for the real one
})
const download = storage.bucket('public').file('maps/loop.bin').download('loop.bin')

download.onProgress(({ percentage, transferred, total = 0, speed }) => {
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1)
  const line = `${percentage} %  ${megabytes(transferred)} of ${megabytes(total)} MB  ${megabytes(speed)} MB/s`
  if (process.stderr.isTTY) process.stderr.write(`\r${line}\u001b[K`)
})
const { file } = await download
console.log(file.sizeBytes, 'bytes are in loop.bin')
// #endregion download

if ((await stat('loop.bin')).size !== 20_000_000) throw new Error('the example is wrong')
await storage.close()
await service.close()
