import { Container, type ServiceIdentifier } from 'inversify'
import type { CapabilityName, Storage } from 'stowage'
import { stowageModule, TOKENS } from 'stowage/container'
import type { AppConfig, Place } from './app-config.ts'
import { Catalogue } from './catalogue.ts'
import { Gallery } from './gallery.ts'
import { Images } from './images.ts'

/**
 * Makes the app's container. It fails when a backend can't do what is needed of it, before anything is served.
 *
 * Classes know nothing of the container: these functions are the only place that does. `unbindAllAsync` closes the storages.
 */
export async function createContainer({ backends, rows, images }: AppConfig): Promise<Container> {
  const container = new Container()
  container.load(await stowageModule({ backends }, { requires: requirements(rows, images) }))
  container
    .bind(Catalogue)
    .toResolvedValue((storage) => Catalogue.open(storage, rows.bucket), [storageOf(rows)] as const)
    .inSingletonScope()
  container
    .bind(Images)
    .toResolvedValue((storage) => Images.open(storage, images.bucket), [storageOf(images)] as const)
    .inSingletonScope()
  container
    .bind(Gallery)
    .toResolvedValue((catalogue, files, ...storages) => new Gallery(catalogue, files, new Set(storages)), [
      Catalogue,
      Images,
      storageOf(rows),
      storageOf(images),
    ] as const)
    .inSingletonScope()
  return container
}

function storageOf({ backend }: Place): { serviceIdentifier: ServiceIdentifier<Storage>; name: string } {
  return { serviceIdentifier: TOKENS.Storage, name: backend }
}

/** What each backend must be able to do. One that has the rows and the images must be able to do both. */
function requirements(rows: Place, images: Place): Record<string, readonly CapabilityName[]> {
  if (rows.backend === images.backend) return { [rows.backend]: [...Catalogue.needs, ...Images.needs] }
  return { [rows.backend]: Catalogue.needs, [images.backend]: Images.needs }
}
