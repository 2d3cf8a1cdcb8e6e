import { invalidArgument } from '@stowage/core/driver'
import { encodeSegment, type QueryValue } from '@stowage/http'
import {
  type AbejaFile,
  type AbejaUploadUrl,
  channelFileAnswer,
  channelFilesAnswer,
  lifetimeAnswer,
  messageAnswer,
  uploadUrlAnswer,
} from './answers.ts'
import { AbejaChannelsClient } from './channels-client.ts'
import { toDateQuery } from './date-range.ts'
import { type AbejaLifetime, checkLifetime } from './lifetime.ts'
import { type AbejaMetadata, encodeMetadata, type MetadataCase } from './metadata.ts'
import { byToken, type CursorPage } from './paging.ts'
import { type AbejaUploadFacts, type AbejaUploadSource, checkContentType, toBody } from './upload-source.ts'
import type { AbejaCallOptions } from './wire.ts'

/** What a file of a channel is uploaded with. */
export interface AbejaChannelUpload extends AbejaUploadFacts {
  /** Metadata by plain name. `filename` is what a file of a channel is called; it has no other name. */
  readonly metadata?: AbejaMetadata | undefined
  /** What happens to capital letters in names of metadata. Default `lower`. */
  readonly metadataCase?: MetadataCase | undefined
  /** A name of metadata: a file of the channel with the same value under it makes the upload fail with `already-exists`. */
  readonly conflictTarget?: string | undefined
}

/** Asks for files of a channel. */
export interface AbejaChannelFileQuery {
  /** The first day files were uploaded on: `YYYYMMDD`, `YYYY-MM-DD` or an instant. Goes together with `end`. */
  readonly start?: string | Date | undefined
  /** The last day, included. */
  readonly end?: string | Date | undefined
  /** The time zone days are counted in, as an IANA name such as `Asia/Tokyo`. Default `UTC`. */
  readonly timezone?: string | undefined
  /** The most files of a page. Default: the service's. */
  readonly itemsPerPage?: number | undefined
  /** Fields to sort by, separated by commas, `-` before one that descends. Default `uploaded_at`. */
  readonly sort?: string | undefined
  /** What metadata has to contain, as `x-abeja-meta-<name>:<text>`. */
  readonly query?: string | undefined
}

/** Asks for one page of files of a channel: with a token nothing else counts, it carries the rest. */
export type AbejaChannelFilePageQuery =
  | AbejaChannelFileQuery
  | {
      /** The page before gave it. */
      readonly nextPageToken: string
    }

const defaultContentType = 'application/octet-stream'

/** Files of channels: each upload is a new file with an id of its own. */
export class AbejaChannelFilesClient extends AbejaChannelsClient {
  /**
   * Uploads a file (`post_channel_file_upload`), streaming: with its length where that is known, else in chunks.
   *
   * Nothing is repeated: each upload that arrives is a file of its own.
   */
  async postChannelFileUpload(
    channelId: string,
    source: AbejaUploadSource,
    upload: AbejaChannelUpload = {},
    call: AbejaCallOptions = {},
  ): Promise<AbejaFile> {
    const { lifetime, conflictTarget } = upload
    const query = {
      lifetime: lifetime === undefined ? undefined : checkLifetime(lifetime),
      conflict_target: conflictTarget,
    }
    const headers = uploadHeaders(upload)
    const body = await toBody(source, upload.sizeBytes)
    return this.wire.upload({ path: `${channelPath(channelId)}/upload`, query, headers, body }, channelFileAnswer, call)
  }

  /**
   * Gives an URL to upload one file to (`get_channel_file_upload`). Then `PUT` the bytes there within the hour, with the same media type
   * and no credential; until that is done the file is not there.
   */
  async getChannelFileUpload(
    channelId: string,
    upload: Pick<AbejaChannelUpload, 'contentType' | 'metadata' | 'metadataCase'> = {},
    call: AbejaCallOptions = {},
  ): Promise<AbejaUploadUrl> {
    const headers = uploadHeaders(upload)
    return this.wire.call({ method: 'POST', path: channelPath(channelId), headers }, uploadUrlAnswer, call)
  }

  /** Gives one page of files (`list_channel_files`). */
  async listChannelFiles(
    channelId: string,
    query: AbejaChannelFilePageQuery = {},
    call: AbejaCallOptions = {},
  ): Promise<CursorPage<AbejaFile>> {
    return this.wire.call({ path: channelPath(channelId), query: fileQuery(query) }, channelFilesAnswer, call)
  }

  /** Iterates over files, page by page as they are read. Its end is the end: pages are followed as long as there is a token. */
  channelFiles(
    channelId: string,
    query: AbejaChannelFilePageQuery = {},
    call: AbejaCallOptions = {},
  ): AsyncGenerator<AbejaFile, void, undefined> {
    const fetch = async (token: string | undefined): Promise<CursorPage<AbejaFile>> =>
      this.listChannelFiles(channelId, token === undefined ? query : { nextPageToken: token }, call)
    return byToken(fetch, undefined)
  }

  /** Gives what is known of a file, with a fresh URL to read it from (`get_channel_file_download`). */
  async getChannelFileDownload(channelId: string, fileId: string, call: AbejaCallOptions = {}): Promise<AbejaFile> {
    return this.wire.call({ path: filePath(channelId, fileId) }, channelFileAnswer, call)
  }

  /** Deletes a file for good (`delete_channel_file`); fails with `not-found` when it is gone. */
  async deleteChannelFile(channelId: string, fileId: string, call: AbejaCallOptions = {}): Promise<void> {
    await this.wire.call({ method: 'DELETE', path: filePath(channelId, fileId) }, messageAnswer, call)
  }

  /**
   * Replaces the metadata users set (`put_channel_file_metadata`). Send all of it, `filename` as well: what is left out goes, or stays, for
   * the service doesn't say which.
   */
  async putChannelFileMetadata(
    channelId: string,
    fileId: string,
    metadata: AbejaMetadata,
    options: AbejaCallOptions & {
      /** What happens to capital letters in names. Default `lower`. */
      readonly metadataCase?: MetadataCase | undefined
    } = {},
  ): Promise<AbejaFile> {
    const json = encodeMetadata(metadata, options.metadataCase)
    const path = `${filePath(channelId, fileId)}/metadata`
    return this.wire.call({ method: 'PUT', path, json }, channelFileAnswer, options)
  }

  /** Sets how long a file is kept (`put_channel_file_lifetime`). It can be changed, never taken away. */
  async putChannelFileLifetime(
    channelId: string,
    fileId: string,
    lifetime: AbejaLifetime,
    call: AbejaCallOptions = {},
  ): Promise<AbejaLifetime> {
    const json = { lifetime: checkLifetime(lifetime) }
    const path = `${filePath(channelId, fileId)}/lifetime`
    const answer = await this.wire.call({ method: 'PUT', path, json }, lifetimeAnswer, call)
    return answer.lifetime ?? lifetime
  }
}

function uploadHeaders({ contentType, metadata = {}, metadataCase }: AbejaChannelUpload): Record<string, string> {
  return {
    'content-type': checkContentType(contentType) ?? defaultContentType,
    ...encodeMetadata(metadata, metadataCase),
  }
}

function fileQuery(query: AbejaChannelFilePageQuery): Record<string, QueryValue> {
  if ('nextPageToken' in query) {
    const others = Object.entries(query).filter(([name, value]) => name !== 'nextPageToken' && value !== undefined)
    if (others.length > 0)
      throw invalidArgument('nextPageToken stands alone: it carries what the first page was asked with')
    return { next_page_token: query.nextPageToken }
  }
  const { start, end, timezone, itemsPerPage, sort, query: q } = query
  const dates = start === undefined && end === undefined ? {} : toDateQuery({ start, end, timezone })
  return { ...dates, items_per_page: itemsPerPage, sort, q }
}

function channelPath(channelId: string): string {
  return `channels/${encodeSegment(channelId)}`
}

function filePath(channelId: string, fileId: string): string {
  return `${channelPath(channelId)}/${encodeSegment(fileId)}`
}
