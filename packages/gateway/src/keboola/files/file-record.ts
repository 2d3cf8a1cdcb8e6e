import type { KeboolaFileProvider } from '../options.ts'

/** The bucket of the storage that holds the bytes of all files, under the keys cloud clients use. */
export const filesBucket = 'keboola-files'

/** The bucket of S3 and of Google's storage, as clients are told. */
export const cloudBucket = 'stowage-keboola-files'

/** The account of Azure's storage, as clients are told. */
export const azureAccount = 'emu'

/** A file as it is remembered. Instants are milliseconds since 1970. */
export interface FileRecord {
  readonly id: number
  readonly name: string
  readonly createdMs: number
  readonly provider: KeboolaFileProvider
  /** Whether its bytes are in slices, which a manifest lists. */
  readonly isSliced: boolean
  readonly isEncrypted: boolean
  readonly isPublic: boolean
  /** What the client said, or what was written. */
  readonly sizeBytes: number | null
  readonly tags: readonly string[]
  /** How many days it lives; null for ever. */
  readonly maxAgeDays: number | null
  readonly runId: string | null
  /** Whether it is the gateway's own business, which no client gets to see. */
  readonly isInternal?: true | undefined
  readonly creatorToken: { readonly id: number; readonly description: string }
}

const dayMs = 24 * 60 * 60 * 1000

/** Tells when a file ends. */
export function endOfLife({ createdMs, maxAgeDays }: FileRecord): number {
  return maxAgeDays === null ? Number.POSITIVE_INFINITY : createdMs + maxAgeDays * dayMs
}

/** The folder of a file, in Azure its container. No other file has anything in it. */
export function folderOf({ id }: Pick<FileRecord, 'id'>): string {
  return `exp-15-files-${id}`
}

/** The folder of blocks that wait for the list that makes a blob of them. */
export function stagedFolder(folder: string): string {
  return `staged/${folder}`
}

/** Gives the id of the file a folder belongs to. */
export function fileIdOf(folder: string): string | undefined {
  return /^exp-15-files-([1-9]\d{0,14})$/.exec(folder)?.[1]
}

/** The name of a file's bytes within its folder; of a sliced file, what the names of slices and manifest begin with. */
export function blobNameOf({ name }: Pick<FileRecord, 'name'>): string {
  // The end tells the type.
  const safe = name.replace(/[^A-Za-z0-9._-]+/g, '_').slice(-100)
  return /^\.*$/.test(safe) ? `_${safe}` : safe
}

/** The key of a file's bytes; of a sliced file, what the keys of slices and manifest begin with. */
export function keyOf(record: Pick<FileRecord, 'id' | 'name'>): string {
  return `${folderOf(record)}/${blobNameOf(record)}`
}

/** The key of the manifest of a sliced file. */
export function manifestKeyOf(record: Pick<FileRecord, 'id' | 'name'>): string {
  return `${keyOf(record)}manifest`
}

/** Writes the URL by which a manifest names a slice. */
export function sliceUrl({ provider }: Pick<FileRecord, 'provider'>, key: string): string {
  if (provider === 'azure') return `azure://${azureAccount}.blob.core.windows.net/${key}`
  return `${provider === 'gcp' ? 'gs' : 's3'}://${cloudBucket}/${key}`
}

/** Reads the URL by which a manifest names a slice; undefined for one that isn't in our storage. */
export function keyOfSliceUrl(url: string): string | undefined {
  const [, scheme, host = '', key] = /^(s3|gs|azure):\/\/([^/]+)\/(.+)$/s.exec(url) ?? []
  if (scheme === undefined) return undefined
  const isOurs = scheme === 'azure' ? /^[a-z0-9]+\.blob\.core\.windows\.net$/.test(host) : host === cloudBucket
  return isOurs ? key : undefined
}
