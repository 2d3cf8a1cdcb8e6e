import { Checksums, StorageError, systemClock, writeFileSafely } from '@stowage/core/driver'
import type { AbejaBucketFile, AbejaFile } from './answers.ts'
import type { AbejaBucketFileQuery, AbejaBucketFilesClient } from './bucket-files-client.ts'
import type { AbejaChannelFileQuery } from './channel-files-client.ts'
import { keyOfFile } from './channel-versions.ts'
import { type AbejaBulkOptions, type AbejaDirectoryResult, forEachFile } from './directory-uploads.ts'
import { TargetDirectory } from './local-directory.ts'
import { readMark } from './mark.ts'
import { readSigned, type SignedContent } from './signed-read.ts'
import type { AbejaWire } from './wire.ts'

/** How files are downloaded into a directory. */
export interface AbejaDirectoryDownload extends AbejaBulkOptions {
  /** Whether a local file that is there is replaced. Default false: it is left alone and counts as failed. */
  readonly overwrite?: boolean | undefined
}

/** Downloads files of a channel to the paths their metadata `filename` says; those without go by their id. */
export async function downloadChannelTo(
  client: AbejaBucketFilesClient,
  wire: AbejaWire,
  channelId: string,
  directory: string,
  download: AbejaDirectoryDownload & AbejaChannelFileQuery,
): Promise<AbejaDirectoryResult> {
  const target = await TargetDirectory.open(directory)
  const { start, end, timezone, itemsPerPage, sort, query } = download
  const files = client.channelFiles(channelId, { start, end, timezone, itemsPerPage, sort, query }, download)
  return forEachFile(files, download, keyOfFile, async (file) => {
    const refresh = (): Promise<AbejaFile> => client.getChannelFileDownload(channelId, file.fileId, download)
    await save(wire, await target.placeOf(keyOfFile(file)), file, refresh, download)
    return file.fileId
  })
}

/** Downloads the files of a bucket, or those below one of its directories, to the same paths. */
export async function downloadBucketTo(
  client: AbejaBucketFilesClient,
  wire: AbejaWire,
  bucketId: string,
  directory: string,
  download: AbejaDirectoryDownload & Omit<AbejaBucketFileQuery, 'lastFileId'>,
): Promise<AbejaDirectoryResult> {
  const target = await TargetDirectory.open(directory)
  const { targetDir, itemsPerPage, query } = download
  const files = client.walkBucketFiles(bucketId, { targetDir, itemsPerPage, query }, download)
  return forEachFile(
    files,
    download,
    ({ fileId }) => fileId,
    async (file) => {
      const refresh = (): Promise<AbejaBucketFile> => client.getBucketFile(bucketId, file.fileId, download)
      await save(wire, await target.placeOf(file.fileId), file, refresh, download)
      return file.fileId
    },
  )
}

async function save<File extends AbejaFile>(
  wire: AbejaWire,
  path: string,
  file: File,
  refresh: () => Promise<File>,
  { overwrite = false, signal, receipt }: AbejaDirectoryDownload,
): Promise<void> {
  const content = await readSigned(wire, systemClock, {
    file,
    refresh,
    range: undefined,
    mayLend: true,
    signal,
    receipt,
  })
  await writeFileSafely(path, checked(content), { overwrite, fsync: false, signal })
}

/** Gives the bytes, and fails at the end when they are not those that were noted when the file was written. */
async function* checked({
  file,
  body,
  totalBytes,
}: SignedContent<AbejaFile>): AsyncGenerator<Uint8Array, void, undefined> {
  const { crc32, sizeBytes = totalBytes } = readMark(file.metadata)
  const checksums = new Checksums(['crc32'])
  for await (const chunk of body) {
    checksums.update(chunk)
    yield chunk
  }
  const found = checksums.digest().crc32
  if ((crc32 === undefined || crc32 === found) && sizeBytes === totalBytes) return
  const message = `${file.fileId} is not what was written: its length or its checksum differs from what its metadata says`
  throw new StorageError({ code: 'corrupt-data', message, details: { noted: crc32, computed: found } })
}
