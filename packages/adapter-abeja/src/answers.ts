import { registerSecret } from '@stowage/core/driver'
import { z } from 'zod'
import { type AbejaLifetime, isLifetime } from './lifetime.ts'
import { decodeMetadata, type DecodedMetadata } from './metadata.ts'

const instant = z
  .string()
  .nullish()
  .transform((text) => toDate(text ?? undefined))
const optionalText = z
  .string()
  .nullish()
  .transform((text) => text ?? undefined)
const id = z.string().min(1)

/** A channel, as the service describes it. */
export interface AbejaChannel {
  /** Its id, 13 digits. */
  readonly channelId: string
  /** The organization's id. */
  readonly organizationId: string
  /** Its name; not unique. */
  readonly name: string
  /** The service's name for people; clients don't set it. */
  readonly displayName: string | undefined
  /** Free text. */
  readonly description: string | undefined
  /** `datalake` or `file`; what `file` changes is not documented. */
  readonly storageType: string | undefined
  /** Whether it is archived. */
  readonly isArchived: boolean
  /** When it was created. */
  readonly createdAt: Date | undefined
  /** When it was last changed. */
  readonly updatedAt: Date | undefined
}

/** A bucket, as the service describes it. */
export interface AbejaBucket extends Omit<AbejaChannel, 'channelId' | 'storageType'> {
  /** Its id, 13 digits. */
  readonly bucketId: string
}

/** A datasource: a device or server that may upload to the channels it is connected to. */
export interface AbejaDatasource {
  /** Its id. */
  readonly datasourceId: string
  /** A name for people. */
  readonly displayName: string | undefined
  /** What it logs in with. Not enumerable, so that it shows in no log; copying the object leaves it out. */
  readonly secret: string | undefined
  /** When it was created. */
  readonly createdAt: Date | undefined
  /** When it was last changed. */
  readonly updatedAt: Date | undefined
}

/** What all answers about files have in common. */
export interface AbejaFile extends DecodedMetadata {
  /** Its id: of a channel's file one of the service's making, of a bucket's file its path without a slash in front. */
  readonly fileId: string
  /** Its media type, where the answer says. */
  readonly contentType: string | undefined
  /** When it was uploaded; undefined straight after the upload, and before a signed one was done. */
  readonly uploadedAt: Date | undefined
  /** How long it is kept; undefined for ever. */
  readonly lifetime: AbejaLifetime | undefined
  /** Where it can be read without a credential. Treat it as a secret. */
  readonly downloadUrl: string | undefined
  /** When that, or `uploadUrl`, stops working. */
  readonly urlExpiresAt: Date | undefined
}

/** A file of a bucket, or a directory. */
export interface AbejaBucketFile extends AbejaFile {
  /** False for a directory, of which only the id is known. */
  readonly isFile: boolean
  /** Its length in bytes. */
  readonly sizeBytes: number | undefined
  /** Its etag, without quotes. */
  readonly etag: string | undefined
  /** When its content was last written. */
  readonly lastModified: Date | undefined
}

/** A place to upload one file to. */
export interface AbejaUploadUrl extends AbejaFile {
  /** Takes the file with PUT, without a credential and with the media type it was asked for with. Treat it as a secret. */
  readonly uploadUrl: string
}

const container = {
  name: optionalText,
  display_name: optionalText,
  description: optionalText,
  archived: z
    .boolean()
    .nullish()
    .transform((archived) => archived === true),
  created_at: instant,
  updated_at: instant,
}

const channelShape = z.object({ ...container, channel_id: id, storage_type: optionalText })
const bucketShape = z.object({ ...container, bucket_id: id })
const organization = { organization_id: z.string().catch('') }
const page = { has_next: z.boolean().catch(false) }

const datasourceShape = z
  .object({
    datasource_id: id,
    display_name: optionalText,
    secret: optionalText,
    created_at: instant,
    updated_at: instant,
  })
  .transform(({ datasource_id, display_name, secret, created_at, updated_at }): AbejaDatasource => {
    if (secret !== undefined) registerSecret(secret)
    const datasource = {
      datasourceId: datasource_id,
      displayName: display_name,
      createdAt: created_at,
      updatedAt: updated_at,
    }
    return Object.defineProperty(datasource, 'secret', {
      value: secret,
      enumerable: false,
    }) as unknown as AbejaDatasource
  })

/** An answer with one channel. */
export const channelAnswer: z.ZodType<AbejaChannel> = z
  .object({ ...organization, channel: channelShape })
  .transform(({ organization_id, channel }) => toChannel(organization_id, channel))

/** An answer with a page of channels. */
export const channelsAnswer: z.ZodType<{ items: AbejaChannel[]; hasNext: boolean }> = z
  .object({ ...organization, ...page, channels: z.array(channelShape) })
  .transform(({ organization_id, channels, has_next }) => ({
    items: channels.map((channel) => toChannel(organization_id, channel)),
    hasNext: has_next,
  }))

/** An answer with one bucket. */
export const bucketAnswer: z.ZodType<AbejaBucket> = z
  .object({ ...organization, bucket: bucketShape })
  .transform(({ organization_id, bucket }) => toBucket(organization_id, bucket))

/** An answer with a page of buckets. */
export const bucketsAnswer: z.ZodType<{ items: AbejaBucket[]; hasNext: boolean }> = z
  .object({ ...organization, ...page, buckets: z.array(bucketShape) })
  .transform(({ organization_id, buckets, has_next }) => ({
    items: buckets.map((bucket) => toBucket(organization_id, bucket)),
    hasNext: has_next,
  }))

/** An answer with one datasource. */
export const datasourceAnswer: z.ZodType<AbejaDatasource> = z
  .object({ datasource: datasourceShape })
  .transform(({ datasource }) => datasource)

/** An answer with a page of datasources. */
export const datasourcesAnswer: z.ZodType<{ items: AbejaDatasource[]; hasNext: boolean }> = z
  .object({ ...page, datasources: z.array(datasourceShape) })
  .transform(({ datasources, has_next }) => ({ items: datasources, hasNext: has_next }))

const fileShape = z.object({
  file_id: id,
  content_type: optionalText,
  metadata: z.record(z.string(), z.unknown()).nullish(),
  lifetime: z.unknown().optional(),
  uploaded_at: instant,
  url_expires_on: instant,
  download_uri: optionalText,
  download_url: optionalText,
})

/** An answer with one file of a channel. */
export const channelFileAnswer: z.ZodType<AbejaFile> = fileShape.transform(toFile)

/** An answer with a page of a channel's files. */
export const channelFilesAnswer: z.ZodType<{ items: AbejaFile[]; next: string | undefined }> = z
  .object({ files: z.array(fileShape), next_page_token: optionalText })
  .transform(({ files, next_page_token }) => ({ items: files.map(toFile), next: next_page_token || undefined }))

/** An answer with an URL to upload to. */
export const uploadUrlAnswer: z.ZodType<AbejaUploadUrl> = fileShape
  .extend({ upload_url: id })
  .transform(({ upload_url, ...file }) => ({ ...toFile(file), uploadUrl: upload_url }))

/** An answer to setting a lifetime. */
export const lifetimeAnswer: z.ZodType<{ lifetime: AbejaLifetime | undefined }> = z
  .object({ lifetime: z.unknown().optional() })
  .transform(({ lifetime }) => ({ lifetime: isLifetime(lifetime) ? lifetime : undefined }))

/** An answer that says in words what was done. */
export const messageAnswer: z.ZodType<{ message: string | undefined }> = z.object({ message: optionalText })

const bucketFileShape = fileShape.extend({
  is_file: z
    .boolean()
    .nullish()
    .transform((isFile) => isFile !== false),
  size: z.number().int().min(0).nullish(),
  etag: optionalText,
  last_modified: instant,
  expires: instant,
})

/** An answer with one file of a bucket. */
export const bucketFileAnswer: z.ZodType<AbejaBucketFile> = bucketFileShape.transform(toBucketFile)

/** An answer with a page of a directory. */
export const bucketFilesAnswer: z.ZodType<{ items: AbejaBucketFile[]; next: string | undefined }> = z
  .object({ files: z.array(bucketFileShape), last_file_id: optionalText, next_start_after: optionalText })
  .transform(({ files, last_file_id, next_start_after }) => ({
    items: files.map(toBucketFile),
    next: last_file_id || next_start_after || undefined,
  }))

function toChannel(organizationId: string, channel: z.output<typeof channelShape>): AbejaChannel {
  const { channel_id, storage_type, ...rest } = channel
  return { channelId: channel_id, storageType: storage_type, ...toContainer(organizationId, rest) }
}

function toBucket(organizationId: string, bucket: z.output<typeof bucketShape>): AbejaBucket {
  const { bucket_id, ...rest } = bucket
  return { bucketId: bucket_id, ...toContainer(organizationId, rest) }
}

function toContainer(
  organizationId: string,
  fields: Omit<z.output<typeof bucketShape>, 'bucket_id'>,
): Omit<AbejaBucket, 'bucketId'> {
  return {
    organizationId,
    name: fields.name ?? '',
    displayName: fields.display_name,
    description: fields.description,
    isArchived: fields.archived,
    createdAt: fields.created_at,
    updatedAt: fields.updated_at,
  }
}

function toFile(file: z.output<typeof fileShape>): AbejaFile {
  return {
    fileId: file.file_id,
    contentType: file.content_type,
    uploadedAt: file.uploaded_at,
    lifetime: isLifetime(file.lifetime) ? file.lifetime : undefined,
    downloadUrl: file.download_uri ?? file.download_url,
    urlExpiresAt: file.url_expires_on,
    ...decodeMetadata(file.metadata ?? {}),
  }
}

// Uploads answer with the path as it is, listings and lookups with a slash in front.
function toBucketFile(file: z.output<typeof bucketFileShape>): AbejaBucketFile {
  const fields = toFile({ ...file, url_expires_on: file.url_expires_on ?? file.expires })
  return {
    ...fields,
    fileId: file.file_id.replace(/^\/+/, ''),
    isFile: file.is_file,
    sizeBytes: file.size ?? undefined,
    etag: file.etag?.replace(/^W\//, '').replaceAll('"', ''),
    lastModified: file.last_modified,
  }
}

function toDate(text: string | undefined): Date | undefined {
  const date = text === undefined ? undefined : new Date(text)
  return date === undefined || Number.isNaN(date.getTime()) ? undefined : date
}
