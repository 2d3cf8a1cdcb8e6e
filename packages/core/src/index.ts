/**
 * The contract of Stowage for apps: one storage interface for buckets, tables, files and transfers.
 *
 * @module
 */
export type { ByteTarget } from './bytes/byte-target.ts'
export type { FileInput } from './bytes/byte-source.ts'
export * from './contract/bucket.ts'
export * from './contract/capabilities.ts'
export * from './contract/column.ts'
export * from './contract/file.ts'
export * from './contract/job.ts'
export * from './contract/page.ts'
export type { Receipt } from './contract/receipt.ts'
export * from './contract/table.ts'
export { copyFiles } from './copy/files/copy-files.ts'
export type { CopyFilesOptions, CopyFilesResult, CopyOutcome } from './copy/files/copy-files-options.ts'
export { planFilesCopy } from './copy/files/plan-files-copy.ts'
export type { FileSet } from './copy/files/file-set.ts'
export type { Cast, CopyMode, CopyPlan, CopyVerify } from './copy/copy-plan.ts'
export { copyFileToTable } from './copy/table/copy-file-to-table.ts'
export { copyTable } from './copy/table/copy-table.ts'
export type {
  CopyFileToTableOptions,
  CopyTableOptions,
  CopyTableResult,
  CopyTableToFileOptions,
  CopyVerification,
} from './copy/table/copy-table-options.ts'
export { copyTableToFile } from './copy/table/copy-table-to-file.ts'
export { planTableCopy } from './copy/table/plan-table-copy.ts'
export type { BackendRegistry } from './driver/adapter-definition.ts'
export { type Applied, StorageError, type StorageErrorCode } from './errors/storage-error.ts'
export type { Filter, FilterOperators, ProjectionFields, ProjectionInput, Sort, Update } from './filter/filter-types.ts'
export { Bucket, type BucketOptions, type DeleteBucketOptions, type ListFilesOptions } from './portable/bucket.ts'
export type { CallOptions, ListOptions } from './portable/call-options.ts'
export type { CopyOptions, CopyResult } from './portable/copy-file.ts'
export type { CountResult } from './portable/count-rows.ts'
export type { DeleteRowsOptions, DeleteRowsResult } from './portable/delete-rows.ts'
export type { DownloadOptions, DownloadResult } from './portable/download-file.ts'
export type { Explanation } from './portable/explanation.ts'
export type { ExportOptions, ExportResult, ExportTarget } from './portable/export-table.ts'
export type {
  BucketFor,
  Feature,
  FeaturesOf,
  NativeOfBackend,
  StorageFor,
  StorageOf,
  StorageOfBackend,
} from './portable/features.ts'
export type { FileAttributeOptions } from './portable/file-attributes.ts'
export { File, type SignedUrlOptions, type UpdateFileOptions } from './portable/file.ts'
export type { InsertOptions, InsertResult } from './portable/insert-rows.ts'
export { Job, type WaitOptions } from './portable/job.ts'
export { Listing } from './portable/listing.ts'
export type { LoadFormat, LoadSource } from './portable/load-source.ts'
export type { LoadOptions, LoadResult } from './portable/load-table.ts'
export type { FindOptions } from './portable/query.ts'
export type { ReadOptions } from './portable/read-file.ts'
export { RowCursor } from './portable/row-cursor.ts'
export { createStorage, type ListBucketsOptions, Storage, type StorageOptions } from './portable/storage.ts'
export type { NamedColumn, TableDefinition } from './portable/table-definition.ts'
export { type PreviewOptions, Table } from './portable/table.ts'
export type { UpdateOptions, UpdateResult } from './portable/update-rows.ts'
export type { PutOptions, UploadOptions, UploadResult } from './portable/upload-file.ts'
export type { Verification } from './portable/verification.ts'
export type { CsvDialect } from './rows/csv-dialect.ts'
export type { UnknownColumns } from './rows/csv-header.ts'
export type { ReadCsvOptions } from './rows/csv-read.ts'
export type { WriteCsvOptions } from './rows/csv-write.ts'
export type { ReadJsonOptions } from './rows/json-rows.ts'
export type { InexactNumbers } from './rows/json-text.ts'
export type { RowSource } from './rows/batch.ts'
export type { InputValue, JsonValue, Row, RowInput } from './rows/row.ts'
export type { TransferProgress } from './transfer/progress.ts'
export { Transfer, type TransferStatus } from './transfer/transfer.ts'
