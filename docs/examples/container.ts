import { writeFile } from 'node:fs/promises'
import { Container } from 'inversify'
import type { Storage } from 'stowage'
import { stowageModule, TOKENS } from 'stowage/container'

await writeFile(
  'stowage.config.json',
  JSON.stringify({
    default: 'main',
    backends: { main: { adapter: 'local', path: './main' }, archive: { adapter: 'local', path: './archive' } },
  }),
)

// #region module
class Reports {
  readonly #storage: Storage
  readonly #archive: Storage

  constructor(storage: Storage, archive: Storage) {
    this.#storage = storage
    this.#archive = archive
  }

  async publish(name: string, text: string): Promise<void> {
    await this.#storage.bucket('reports').file(name).put(text)
    await this.#archive.bucket('reports').file(`${new Date().getFullYear()}/${name}`).put(text)
  }
}

const reports = Symbol.for('Reports')
const container = new Container()
container.load(await stowageModule(undefined, { requires: { main: ['files.write', 'files.range'] } }))
container
  .bind<Reports>(reports)
  .toResolvedValue(
    (storage, archive) => new Reports(storage, archive),
    [TOKENS.Storage, { serviceIdentifier: TOKENS.Storage, name: 'archive' }],
  )
// #endregion module

for (const name of ['main', 'archive']) {
  const storage = await container.getAsync(TOKENS.Storage, { name })
  await storage.bucket('reports').create()
}
await (await container.getAsync<Reports>(reports)).publish('march.txt', 'all is well')

const storage = await container.getAsync(TOKENS.Storage)
console.log(await storage.bucket('reports').file('march.txt').text())
await container.unbindAllAsync() // closes both storages
