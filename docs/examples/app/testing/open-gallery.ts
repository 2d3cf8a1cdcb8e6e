import { openStorage, type Storage } from 'stowage'
import { onTestFinished } from 'vitest'
import { Catalogue } from '../catalogue.ts'
import { Gallery } from '../gallery.ts'
import { Images } from '../images.ts'

/** Opens a gallery in memory for the test that runs; what goes wrong there is given as a rule of the layer `chaos`. */
export async function openGallery(rule: object): Promise<{ gallery: Gallery; storage: Storage }> {
  const storage = await openStorage({ adapter: 'local', memory: true, layers: [{ chaos: { rules: [rule] } }] })
  onTestFinished(() => storage.close())
  const [catalogue, images] = [await Catalogue.open(storage, 'gallery'), await Images.open(storage, 'gallery')]
  return { storage, gallery: new Gallery(catalogue, images, new Set([storage])) }
}
