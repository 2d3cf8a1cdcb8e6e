import type { FileInfo } from '@stowage/core'
import { etagOf } from '../s3/object-etag.ts'
import type { AbejaContext, Exchange } from './abeja-context.ts'
import type { Container } from './container.ts'
import type { WireMetadata } from './file-metadata.ts'
import type { ChannelFile } from './file-order.ts'
import { defaultContentType } from './signed-urls.ts'
import { type FileFacts, readFacts } from './stored-file.ts'
import { fileTime } from './time-text.ts'

/** Describes a file of a channel, with a fresh link to its bytes. */
export function describeChannelFile(
  context: AbejaContext,
  exchange: Exchange,
  container: Container,
  file: ChannelFile,
): object {
  return {
    file_id: file.fileId,
    content_type: file.contentType ?? defaultContentType,
    metadata: withSystem(file.metadata, container),
    uploaded_at: fileTime(file.uploadedMs),
    lifetime: file.lifetime ?? null,
    ...link(context, exchange, container, file.fileId, file),
  }
}

/** Describes a file of a bucket. */
export function describeBucketFile(
  context: AbejaContext,
  exchange: Exchange,
  container: Container,
  info: FileInfo,
): object {
  const facts = readFacts(info)
  return {
    file_id: `/${info.key}`,
    is_file: true,
    size: info.sizeBytes,
    etag: `"${etagOf(info)}"`,
    metadata: withSystem(facts.metadata, container),
    last_modified: fileTime(facts.uploadedMs),
    uploaded_at: fileTime(facts.uploadedMs),
    ...link(context, exchange, container, info.key, facts),
  }
}

/** Describes a file right after its upload: the service doesn't know its instant yet. */
export function describeUpload(
  container: Container,
  fileId: string,
  { contentType, metadata, lifetime }: FileFacts,
): object {
  return {
    file_id: fileId,
    content_type: contentType ?? defaultContentType,
    metadata: withSystem(metadata, container),
    lifetime: lifetime ?? null,
    uploaded_at: null,
  }
}

/** Adds what the service itself says of every file. */
export function withSystem(metadata: WireMetadata, { organizationId }: Container): WireMetadata {
  return { 'x-abeja-sys-meta-organizationid': organizationId, ...metadata }
}

function link(context: AbejaContext, exchange: Exchange, container: Container, key: string, facts: FileFacts): object {
  const { url, expiresMs } = context.signedUrls.sign(container, key, facts, exchange.address)
  // Old clients read the one, new ones the other.
  return { url_expires_on: fileTime(expiresMs), download_uri: url, download_url: url }
}
