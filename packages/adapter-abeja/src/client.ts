import { AbejaBucketFilesClient, type AbejaBucketFileQuery } from './bucket-files-client.ts'
import type { AbejaChannelFileQuery } from './channel-files-client.ts'
import { type AbejaDirectoryDownload, downloadBucketTo, downloadChannelTo } from './directory-downloads.ts'
import {
  type AbejaDirectoryResult,
  type AbejaDirectoryUpload,
  uploadToBucketFrom,
  uploadToChannelFrom,
} from './directory-uploads.ts'

/**
 * The client of ABEJA's datalake in its own words: one method for each documented operation, lazy iterables over its listings, and whole
 * directories.
 *
 * It repeats nothing. Answers are checked before they are given. What fails is an `HttpError` of `@stowage/http` or a `StorageError`.
 */
export class AbejaClient extends AbejaBucketFilesClient {
  /**
   * Uploads the files below a directory to the same paths of a bucket (`upload_bucket_files`), several at a time, and tells of each what
   * became of it. Hidden ones are left out unless asked for; links are not followed.
   *
   * @throws StorageError `not-found` for a directory that isn't there
   */
  async uploadBucketFiles(
    bucketId: string,
    directory: string,
    upload: AbejaDirectoryUpload = {},
  ): Promise<AbejaDirectoryResult> {
    return uploadToBucketFrom(this, bucketId, directory, upload)
  }

  /** Uploads the files below a directory to a channel; the path below it becomes the metadata `filename`. */
  async uploadChannelFiles(
    channelId: string,
    directory: string,
    upload: AbejaDirectoryUpload & {
      /** A name of metadata, usually `filename`: a file whose value under it is there already fails with `already-exists`. */
      readonly conflictTarget?: string | undefined
    } = {},
  ): Promise<AbejaDirectoryResult> {
    return uploadToChannelFrom(this, this.wire, channelId, directory, upload)
  }

  /**
   * Downloads files of a channel into a directory, several at a time, to the paths their metadata `filename` says. A name that would lead out
   * of the directory fails, and so does one that two files share, unless `overwrite` is set.
   */
  async downloadChannelFiles(
    channelId: string,
    directory: string,
    download: AbejaDirectoryDownload & AbejaChannelFileQuery = {},
  ): Promise<AbejaDirectoryResult> {
    return downloadChannelTo(this, this.wire, channelId, directory, download)
  }

  /** Downloads the files of a bucket, or those below `targetDir`, into a directory, to the same paths. */
  async downloadBucketFiles(
    bucketId: string,
    directory: string,
    download: AbejaDirectoryDownload & Omit<AbejaBucketFileQuery, 'lastFileId'> = {},
  ): Promise<AbejaDirectoryResult> {
    return downloadBucketTo(this, this.wire, bucketId, directory, download)
  }
}
