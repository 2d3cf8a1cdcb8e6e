/**
 * Stowage adapter and TypeScript client of Keboola Storage.
 *
 * @module
 */
import type { KeboolaClient } from './client.ts'
import type { KeboolaOptions } from './options.ts'

export { KeboolaAliasesClient, type KeboolaNewAlias } from './aliases-client.ts'
export {
  type KeboolaBucketInclude,
  KeboolaBucketsClient,
  type KeboolaBucketTableInclude,
  type KeboolaNewBucket,
} from './buckets-client.ts'
export { createKeboolaClient, KeboolaClient } from './client.ts'
export { detectKeboolaContext, type KeboolaContext, type KeboolaReferenceOptions } from './contexts.ts'
export { adapter, adapter as keboola, createKeboolaDriver, type KeboolaDriver } from './driver.ts'
export { explainKeboolaError } from './errors.ts'
export type {
  AwsAccess,
  AzureAccess,
  GcpAccess,
  KeboolaFile,
  KeboolaPreparedFile,
  KeboolaStoreAccess,
} from './file-answers.ts'
export type { KeboolaContent, KeboolaExportContent, KeboolaReadOptions } from './file-download.ts'
export type { KeboolaSlice, KeboolaUpload, KeboolaUploadSource } from './file-upload.ts'
export { type KeboolaFileFacts, type KeboolaFileQuery, KeboolaFilesClient } from './files-client.ts'
export type { KeboolaJob, KeboolaJobFault } from './job-answers.ts'
export { KeboolaJobError } from './job-error.ts'
export { KeboolaJobHandle, type KeboolaWaitOptions } from './jobs.ts'
export { type KeboolaJobQuery, KeboolaJobsClient } from './jobs-client.ts'
export type { KeboolaMetadata, KeboolaTableMetadata } from './metadata-answers.ts'
export {
  KeboolaMetadataClient,
  type KeboolaMetadataEntry,
  type KeboolaMetadataFields,
  type KeboolaTableMetadataFields,
} from './metadata-client.ts'
export type { CheckedKeboolaOptions, Environment, KeboolaOptions } from './options.ts'
export {
  type KeboolaBranch,
  type KeboolaProject,
  KeboolaProjectClient,
  type KeboolaStack,
  type KeboolaToken,
} from './project-client.ts'
export type { KeboolaOrderBy, KeboolaRowFilter } from './row-filters.ts'
export { type KeboolaSnapshot, KeboolaSnapshotsClient, type KeboolaSnapshotTable } from './snapshots-client.ts'
export type { KeboolaBucket, KeboolaBucketSource, KeboolaColumnType, KeboolaTable } from './table-answers.ts'
export type { KeboolaExport, KeboolaRowQuery } from './table-export.ts'
export type { KeboolaCsvForm, KeboolaDataSource, KeboolaImport, KeboolaTableFromData } from './table-import.ts'
export type { KeboolaPreview, KeboolaPreviewQuery } from './table-preview.ts'
export type {
  KeboolaDeletedRows,
  KeboolaExportResult,
  KeboolaFileResult,
  KeboolaImportResult,
} from './table-results.ts'
export { type KeboolaNewColumn, type KeboolaNewColumnType, KeboolaTableSchemaClient } from './table-schema-client.ts'
export {
  type KeboolaDeleteRows,
  type KeboolaTableDefinition,
  type KeboolaTableInclude,
  KeboolaTablesClient,
} from './tables-client.ts'
export type { KeboolaCallOptions } from './wire.ts'
export type { KeboolaWorkspace, KeboolaWorkspaceConnection, KeboolaWorkspaceSecret } from './workspace-answers.ts'
export { type KeboolaUnload, KeboolaWorkspaceHandle } from './workspace-handle.ts'
export { type KeboolaNewWorkspace, type KeboolaWorkspaceInput, KeboolaWorkspacesClient } from './workspaces-client.ts'

declare module '@stowage/core' {
  interface BackendRegistry {
    keboola: { options: KeboolaOptions; features: 'tables' | 'files'; native: KeboolaClient }
  }
}
