import { createStorage, StorageError } from '@stowage/core'
import { createShelfDriver, Shelf } from './shelf.ts'

// #region use
const storage = createStorage(createShelfDriver(new Shelf(1000)))
const note = storage.bucket('default').file('note.txt')
await note.put('hello')
console.log(await note.text(), storage.native.files.size)
// @ts-expect-error -- a storage over a driver without tables has no `table`
console.log(typeof storage.bucket('default').table)

const missing: unknown = await storage
  .bucket('default')
  .file('missing.txt')
  .get()
  .catch((error: unknown) => error)
console.log('not found:', StorageError.is(missing, 'not-found'))
await storage.close()
// #endregion use

if (!StorageError.is(missing, 'not-found')) throw new Error('the example is wrong')
