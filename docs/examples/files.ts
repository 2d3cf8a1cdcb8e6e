import { writeFile } from 'node:fs/promises'
import { openStorage, StorageError } from 'stowage'

const storage = await openStorage()
const photos = storage.bucket('photos')
await photos.create()

// #region put
const note = photos.file('2026/readme.txt')
await note.put('Taken in March.', { contentType: 'text/plain', metadata: { camera: 'X100' }, tags: ['spring'] })
console.log(await note.text())
const { sizeBytes, etag } = await note.stat()
// #endregion put

// #region condition
await note.put('Taken in April.', { ifEtag: etag }) // only over the version we read
const stale = await note.put('Lost update.', { ifEtag: etag }).catch((error: unknown) => error)
console.log('refused:', StorageError.is(stale, 'conflict'))
// #endregion condition

// #region upload
await writeFile('cat.raw', Buffer.alloc(5_000_000, 7))
const upload = photos.file('2026/cat.raw').upload('cat.raw', { checksums: ['sha256'] })
upload.onProgress(({ percentage }) => console.error(`${percentage}%`))
const { checksums, verification } = await upload
console.log('sha256', checksums.sha256, 'verified:', verification.verified)
// #endregion upload

// #region read
const head = await photos.file('2026/cat.raw').get({ range: { start: 0, end: 16 } })
await photos.file('2026/cat.raw').download('copy.raw')
// #endregion read

// #region list
for await (const entry of photos.files({ prefix: '2026/', delimiter: '/' })) {
  console.log(entry.kind === 'file' ? `${entry.file.key} ${entry.file.sizeBytes}` : entry.prefix)
}
const outcomes = await photos.deleteFiles(['2026/cat.raw', '2026/dog.raw'])
console.log(outcomes.map(({ key, outcome }) => `${key}: ${outcome}`))
// #endregion list

if (sizeBytes !== 15 || head.length !== 16 || !StorageError.is(stale)) throw new Error('the example is wrong')
await storage.close()
