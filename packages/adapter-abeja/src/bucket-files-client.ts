import { StorageError } from '@stowage/core/driver'
import { encodeKey } from '@stowage/http'
import { type AbejaBucketFile, type AbejaFile, bucketFileAnswer, bucketFilesAnswer } from './answers.ts'
import { checkBucketPath } from './bucket-path.ts'
import { AbejaBucketsClient } from './buckets-client.ts'
import { checkLifetime } from './lifetime.ts'
import { type AbejaMetadata, encodeMetadata, type MetadataCase } from './metadata.ts'
import { multipartBody } from './multipart.ts'
import { byLastId, type CursorPage } from './paging.ts'
import { type AbejaUploadFacts, type AbejaUploadSource, checkContentType, toBody } from './upload-source.ts'
import type { AbejaCallOptions } from './wire.ts'

/** What a file of a bucket is uploaded with. */
export interface AbejaBucketUpload extends AbejaUploadFacts {
  /** Metadata by plain name. */
  readonly metadata?: AbejaMetadata | undefined
  /** What happens to capital letters in names of metadata. Default `lower`. */
  readonly metadataCase?: MetadataCase | undefined
}

/** Asks for the entries of a directory of a bucket. */
export interface AbejaBucketFileQuery {
  /** The directory. Default `/`, the whole bucket's. */
  readonly targetDir?: string | undefined
  /** The most entries of a page. Default: the service's. */
  readonly itemsPerPage?: number | undefined
  /** Begins after this entry. */
  readonly lastFileId?: string | undefined
  /** What entries have to be like, as a JMESPath expression; evaluated by the service. */
  readonly query?: string | undefined
}

/** Files of buckets: each is at a path, and uploading there again replaces it. They can't be deleted or changed. */
export class AbejaBucketFilesClient extends AbejaBucketsClient {
  /**
   * Uploads a file to a path (`upload_bucket_file`), streaming; what was there is replaced.
   *
   * @param path - without a slash at its ends
   * @throws StorageError `invalid-argument` for a path the service would not take, before anything is sent
   */
  async uploadBucketFile(
    bucketId: string,
    path: string,
    source: AbejaUploadSource,
    upload: AbejaBucketUpload = {},
    call: AbejaCallOptions = {},
  ): Promise<AbejaFile> {
    const { lifetime, metadata = {}, metadataCase } = upload
    const filename = checkBucketPath(path)
    const parameters = lifetime === undefined ? {} : { lifetime: checkLifetime(lifetime) }
    const fields = encodeMetadata(metadata, metadataCase)
    const contentType = checkContentType(upload.contentType)
    const file = { filename, contentType, body: await toBody(source, upload.sizeBytes) }
    const form = multipartBody(file, parameters)
    const headers = { ...fields, 'content-type': form.contentType }
    const request = { path: this.bucketPath(call, bucketId, 'files'), headers, body: form.body }
    return this.wire.upload(request, bucketFileAnswer, call)
  }

  /** Gives a page of one directory: its files and its directories, not what is below those (`list_bucket_files`). */
  async listBucketFiles(
    bucketId: string,
    query: AbejaBucketFileQuery = {},
    call: AbejaCallOptions = {},
  ): Promise<CursorPage<AbejaBucketFile>> {
    const { targetDir = '/', itemsPerPage, lastFileId, query: q } = query
    const wanted = { target_dir: targetDir, items_per_page: itemsPerPage, last_file_id: lastFileId, q }
    return this.wire.call({ path: this.bucketPath(call, bucketId, 'files'), query: wanted }, bucketFilesAnswer, call)
  }

  /** Iterates over one directory, page by page as it is read. */
  bucketFiles(
    bucketId: string,
    query: AbejaBucketFileQuery = {},
    call: AbejaCallOptions = {},
  ): AsyncGenerator<AbejaBucketFile, void, undefined> {
    const fetch = async (lastFileId: string | undefined): Promise<CursorPage<AbejaBucketFile>> =>
      this.listBucketFiles(bucketId, { ...query, lastFileId }, call)
    return byLastId(fetch, query.lastFileId)
  }

  /** Iterates over all files below a directory, directories walked as they are met. */
  async *walkBucketFiles(
    bucketId: string,
    query: Omit<AbejaBucketFileQuery, 'lastFileId'> = {},
    call: AbejaCallOptions = {},
  ): AsyncGenerator<AbejaBucketFile, void, undefined> {
    const { targetDir = '/' } = query
    const open = [this.bucketFiles(bucketId, query, call)]
    const entered = [directoryName(targetDir)]
    for (;;) {
      const directory = open.at(-1)
      if (directory === undefined) return
      const { value: entry } = await directory.next()
      if (entry === undefined) {
        open.pop()
        entered.pop()
      } else if (entry.isFile) yield entry
      else {
        const name = directoryName(entry.fileId)
        // What is not below where it was found would be walked for ever.
        if (!isBelow(name, entered.at(-1) ?? '')) throw misplaced(entry.fileId, targetDir)
        entered.push(name)
        open.push(this.bucketFiles(bucketId, { ...query, targetDir: name }, call))
      }
    }
  }

  /** Gives what is known of a file, with a fresh URL to read it from (`get_bucket_file`). */
  async getBucketFile(bucketId: string, path: string, call: AbejaCallOptions = {}): Promise<AbejaBucketFile> {
    const below = encodeKey(path.replace(/^\/+/, ''))
    return this.wire.call({ path: `${this.bucketPath(call, bucketId, 'files')}/${below}` }, bucketFileAnswer, call)
  }
}

function misplaced(path: string, directory: string): StorageError {
  const message = `the service listed the directory ${path} where it can't be, below ${directory}: ask its support`
  return new StorageError({ code: 'unavailable', message, retryable: false })
}

function directoryName(path: string): string {
  return path.replace(/^\/+|\/+$/g, '')
}

function isBelow(name: string, parent: string): boolean {
  return name !== '' && name !== parent && (parent === '' || name.startsWith(`${parent}/`))
}
