/**
 * The adapter for the ABEJA Platform's datalake, and its TypeScript client.
 *
 * @module
 */
import type { AbejaClient } from './client.ts'
import type { AbejaOptions } from './options.ts'

export type {
  AbejaBucket,
  AbejaBucketFile,
  AbejaChannel,
  AbejaDatasource,
  AbejaFile,
  AbejaUploadUrl,
} from './answers.ts'
export { AbejaBucketFilesClient, type AbejaBucketFileQuery, type AbejaBucketUpload } from './bucket-files-client.ts'
export { AbejaBucketsClient } from './buckets-client.ts'
export {
  type AbejaChannelFilePageQuery,
  type AbejaChannelFileQuery,
  AbejaChannelFilesClient,
  type AbejaChannelUpload,
} from './channel-files-client.ts'
export {
  type AbejaChannelFields,
  type AbejaChannelQuery,
  AbejaChannelsClient,
  type AbejaContainerFields,
  type AbejaOffsetQuery,
} from './channels-client.ts'
export { AbejaClient } from './client.ts'
export type { AbejaDirectoryDownload } from './directory-downloads.ts'
export type {
  AbejaBulkOptions,
  AbejaDirectoryResult,
  AbejaDirectoryUpload,
  AbejaFileOutcome,
} from './directory-uploads.ts'
export { type AbejaDriver, adapter, adapter as abeja, createAbejaDriver } from './driver.ts'
export { type AbejaLifetime, abejaLifetimes } from './lifetime.ts'
export type { AbejaDirectoryFilter } from './local-directory.ts'
export type { AbejaMetadata, AbejaMetadataValue, DecodedMetadata, MetadataCase } from './metadata.ts'
export type { AbejaOptions, CheckedAbejaOptions } from './options.ts'
export type { CursorPage, OffsetPage } from './paging.ts'
export type { AbejaUploadFacts, AbejaUploadSource } from './upload-source.ts'
export type { AbejaCallOptions } from './wire.ts'

declare module '@stowage/core' {
  interface BackendRegistry {
    abeja: { options: AbejaOptions; features: 'files'; native: AbejaClient }
  }
}
