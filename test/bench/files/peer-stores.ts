import type { FileStore } from './file-store.ts'

/** Opens files-sdk on a folder. */
export async function openFilesSdk(root: string): Promise<FileStore> {
  const { Files } = await import('files-sdk')
  const { fs } = await import('files-sdk/fs')
  const files = new Files({ adapter: fs({ root }) })
  return {
    async put(key, bytes) {
      await files.upload(key, bytes)
    },
    async get(key) {
      const file = await files.download(key)
      return new Uint8Array(await file.arrayBuffer())
    },
    close: () => Promise.resolve(),
  }
}

/** Opens flydrive on a folder. */
export async function openFlydrive(location: string): Promise<FileStore> {
  const { Disk } = await import('flydrive')
  const { FSDriver } = await import('flydrive/drivers/fs')
  const disk = new Disk(new FSDriver({ location, visibility: 'private' }))
  return {
    put: (key, bytes) => disk.put(key, bytes),
    get: (key) => disk.getBytes(key),
    close: () => Promise.resolve(),
  }
}

/** Opens flystorage on a folder. */
export async function openFlystorage(folder: string): Promise<FileStore> {
  const { FileStorage } = await import('@flystorage/file-storage')
  const { LocalStorageAdapter } = await import('@flystorage/local-fs')
  const storage = new FileStorage(new LocalStorageAdapter(folder))
  return {
    put: (key, bytes) => storage.write(key, [bytes]),
    get: (key) => storage.readToUint8Array(key),
    close: () => Promise.resolve(),
  }
}

/** Opens unstorage on a folder. */
export async function openUnstorage(base: string): Promise<FileStore> {
  const { createStorage } = await import('unstorage')
  const { default: fsDriver } = await import('unstorage/drivers/fs')
  const storage = createStorage({ driver: fsDriver({ base }) })
  return {
    put: (key, bytes) => storage.setItemRaw(key, bytes),
    async get(key) {
      const bytes = await storage.getItemRaw<Uint8Array>(key)
      if (bytes === null) throw new Error(`${key} is missing`)
      return bytes
    },
    close: () => storage.dispose(),
  }
}
