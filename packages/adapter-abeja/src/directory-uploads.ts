import { join } from 'node:path'
import { inParallel, type StorageError, systemClock, toByteSource, toStorageError } from '@stowage/core/driver'
import type { AbejaFile } from './answers.ts'
import { uploadToBucket } from './bucket-upload.ts'
import { uploadToChannel } from './channel-upload.ts'
import type { AbejaBucketFilesClient } from './bucket-files-client.ts'
import { explainAbejaError } from './errors.ts'
import { checkLifetime } from './lifetime.ts'
import { type AbejaDirectoryFilter, walkDirectory } from './local-directory.ts'
import { guessMediaType } from './media-type.ts'
import type { AbejaMetadata } from './metadata.ts'
import { probeSize } from './signed-read.ts'
import type { AbejaCallOptions, AbejaWire } from './wire.ts'

/** What became of one file of many. */
export type AbejaFileOutcome =
  | {
      /** It is done. */
      readonly isDone: true
      /** Its path below the directory, with `/`. */
      readonly path: string
      /** Its id in the service. */
      readonly fileId: string
    }
  | {
      /** It failed. */
      readonly isDone: false
      /** Its path below the directory, or its name in the service. */
      readonly path: string
      /** Why. */
      readonly error: StorageError
    }

/** What became of many files. */
export interface AbejaDirectoryResult {
  /** Whether none failed. */
  readonly isComplete: boolean
  /** Those that are done, in the order they were. */
  readonly succeeded: readonly Extract<AbejaFileOutcome, { readonly isDone: true }>[]
  /** Those that failed. */
  readonly failed: readonly Extract<AbejaFileOutcome, { readonly isDone: false }>[]
}

/** How many files are moved at a time, and who is told. */
export interface AbejaBulkOptions extends AbejaCallOptions {
  /** How many files are moved at a time. Default 5. */
  readonly concurrency?: number | undefined
  /** Called for each file as soon as it is known what became of it. */
  readonly onOutcome?: ((outcome: AbejaFileOutcome) => void) | undefined
}

/** How a directory is uploaded. */
export interface AbejaDirectoryUpload extends AbejaDirectoryFilter, AbejaBulkOptions {
  /** How long the files are kept. Default: for ever. */
  readonly lifetime?: string | undefined
  /** Metadata of every file beside `filename`, which is the path below the directory. */
  readonly metadata?: AbejaMetadata | undefined
}

const defaultConcurrency = 5

/** Uploads one file of a directory and gives its id. */
type UploadOne = (path: string, local: string) => Promise<string>

/** Uploads a directory into a channel: the path below it becomes the metadata `filename`. */
export function uploadToChannelFrom(
  client: AbejaBucketFilesClient,
  wire: AbejaWire,
  channelId: string,
  directory: string,
  upload: AbejaDirectoryUpload & {
    /** Fails a file that the channel has under the same name, instead of uploading a second one. */
    readonly conflictTarget?: string | undefined
  },
): Promise<AbejaDirectoryResult> {
  const { metadata, conflictTarget, signal, receipt } = upload
  const sizeOf = (file: AbejaFile): Promise<number> => {
    const refresh = (): Promise<AbejaFile> => client.getChannelFileDownload(channelId, file.fileId, upload)
    return probeSize(wire, systemClock, { file, refresh, signal, receipt })
  }
  const lifetime = upload.lifetime === undefined ? undefined : checkLifetime(upload.lifetime)
  return uploadEach(directory, upload, async (path, local) => {
    const source = await toByteSource(local)
    const file = {
      channelId,
      body: source.bytes ?? source,
      contentType: guessMediaType(path),
      metadata: { ...metadata, filename: path },
      metadataCase: 'lower',
      lifetime,
      conflictTarget,
    } as const
    return (await uploadToChannel(client, file, sizeOf, upload)).file.fileId
  })
}

/** Uploads a directory into a bucket, at the same paths. */
export function uploadToBucketFrom(
  client: AbejaBucketFilesClient,
  bucketId: string,
  directory: string,
  upload: AbejaDirectoryUpload,
): Promise<AbejaDirectoryResult> {
  const { metadata } = upload
  const lifetime = upload.lifetime === undefined ? undefined : checkLifetime(upload.lifetime)
  return uploadEach(directory, upload, async (path, local) => {
    const source = await toByteSource(local)
    const file = {
      bucketId,
      path,
      body: source.bytes ?? source,
      contentType: guessMediaType(path),
      metadata: { ...metadata, filename: path },
      metadataCase: 'lower',
      lifetime,
    } as const
    await uploadToBucket(client, file, upload)
    return path
  })
}

function uploadEach(directory: string, upload: AbejaDirectoryUpload, one: UploadOne): Promise<AbejaDirectoryResult> {
  return forEachFile(
    walkDirectory(directory, upload),
    upload,
    (path) => path,
    (path) => one(path, join(directory, path)),
  )
}

/**
 * Does something with each file, so many at a time, and notes what became of each. One that fails stops no other; an abort stops all, and
 * so does a listing that fails.
 */
export async function forEachFile<Item>(
  items: AsyncIterable<Item>,
  { concurrency = defaultConcurrency, signal, onOutcome }: AbejaBulkOptions,
  pathOf: (item: Item) => string,
  one: (item: Item) => Promise<string>,
): Promise<AbejaDirectoryResult> {
  const succeeded: Extract<AbejaFileOutcome, { readonly isDone: true }>[] = []
  const failed: Extract<AbejaFileOutcome, { readonly isDone: false }>[] = []
  await inParallel(items, concurrency, async (item) => {
    const outcome = await outcomeOf(pathOf(item), () => one(item), signal)
    if (outcome.isDone) succeeded.push(outcome)
    else failed.push(outcome)
    onOutcome?.(outcome)
  })
  return { isComplete: failed.length === 0, succeeded, failed }
}

async function outcomeOf(
  path: string,
  work: () => Promise<string>,
  signal: AbortSignal | undefined,
): Promise<AbejaFileOutcome> {
  signal?.throwIfAborted()
  try {
    return { isDone: true, path, fileId: await work() }
  } catch (cause) {
    signal?.throwIfAborted()
    const error = toStorageError(cause, { backend: 'abeja', explainError: explainAbejaError }, { resource: path })
    return { isDone: false, path, error }
  }
}
