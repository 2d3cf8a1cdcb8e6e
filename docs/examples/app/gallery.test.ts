import type { Storage } from 'stowage'
import { expect, test } from 'vitest'
import type { Photo } from './catalogue.ts'
import type { Gallery } from './gallery.ts'
import { openGallery } from './testing/open-gallery.ts'

const slow = { operation: 'tables.insert', probability: 1, fault: { kind: 'latency', ms: 10 } }
const refusedOnce = { operation: 'tables.insert', nth: 1, fault: { kind: 'error', code: 'permission-denied' } }

function put(gallery: Gallery): Promise<Photo> {
  const bytes = new Blob(['dog']).stream()
  return gallery.put({ name: 'dog.png', album: 'pets', contentType: 'image/png', sizeBytes: 3, bytes })
}

async function imagesOf(storage: Storage): Promise<string[]> {
  const entries = await storage.bucket('gallery').files().toArray()
  return entries.map((entry) => (entry.kind === 'file' ? entry.file.key : entry.prefix))
}

test('of many uploads of one name at once, one photo stays, with its image and no other', async () => {
  const { gallery, storage } = await openGallery(slow)
  await put(gallery)
  await Promise.all(Array.from({ length: 5 }, () => put(gallery)))
  expect(await imagesOf(storage)).toEqual([(await gallery.get('dog.png'))?.image])
})

test('a photo that is replaced and removed at once leaves no image without its row', async () => {
  const { gallery, storage } = await openGallery(slow)
  await put(gallery)
  await Promise.all([put(gallery), gallery.remove('dog.png'), put(gallery)])
  const photo = await gallery.get('dog.png')
  expect(await imagesOf(storage)).toEqual(photo === undefined ? [] : [photo.image])
})

test('a change that fails holds up none of those behind it', async () => {
  const { gallery } = await openGallery(refusedOnce)
  const outcomes = await Promise.allSettled([put(gallery), put(gallery)])
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled'])
})
