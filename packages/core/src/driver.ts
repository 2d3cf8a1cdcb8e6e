/**
 * For authors of adapters and layers: the driver interface and the parts it is built from. Apps use the package's main
 * entry.
 *
 * @module
 */
export { abortable } from './bytes/abortable.ts'
export { toByteSource } from './bytes/byte-source.ts'
export { lendChunk, pooledChunkBytes, returnChunk } from './bytes/chunk-pool.ts'
export { Checksums } from './bytes/checksum.ts'
export { writeFileSafely, type WriteFileOptions } from './bytes/file-sink.ts'
export { readAll } from './bytes/memory-sink.ts'
export { ReceiptRecorder } from './contract/receipt.ts'
export * from './driver/adapter-definition.ts'
export * from './driver/bucket-driver.ts'
export * from './driver/call.ts'
export { completeGroup } from './driver/complete-group.ts'
export { inParallel } from './driver/in-parallel.ts'
export { SmallestEntries } from './driver/smallest-entries.ts'
export * from './driver/file-driver.ts'
export * from './driver/job-driver.ts'
export * from './driver/operation.ts'
export * from './driver/storage-driver.ts'
export * from './driver/table-driver.ts'
export { explainAbort, toStorageError } from './errors/explain.ts'
export { createRedactor, redact, type Redactor, registerSecret } from './errors/redaction.ts'
export {
  type Applied,
  type ErrorFacts,
  type ErrorPlace,
  invalidArgument,
  StorageError,
  type StorageErrorCode,
} from './errors/storage-error.ts'
export { compareText, compareValues } from './filter/compare.ts'
export { compileFilter } from './filter/compile-filter.ts'
export { compileProjection } from './filter/compile-projection.ts'
export { compileSort } from './filter/compile-sort.ts'
export { compileUpdate, type UpdatedRow } from './filter/compile-update.ts'
export { formatFilter } from './filter/format-filter.ts'
export { parseFilter } from './filter/parse-filter.ts'
export { parseProjection } from './filter/parse-projection.ts'
export { parseSort } from './filter/parse-sort.ts'
export { parseUpdate } from './filter/parse-update.ts'
export { compileRegex } from './filter/regex.ts'
export { type SplitFilter, splitFilter } from './filter/split-filter.ts'
export * from './filter/tree.ts'
export { upsertRow } from './filter/upsert-row.ts'
export { type ChaosFault, type ChaosRule } from './layers/chaos-rules.ts'
export { type ChaosEvent, chaosLayer, type ChaosOptions } from './layers/chaos.ts'
export { concurrencyLayer, type ConcurrencyOptions } from './layers/concurrency.ts'
export { builtInLayers, createLayer, type LayerDescription } from './layers/layer-registry.ts'
export { loggingLayer, type LoggingOptions } from './layers/logging.ts'
export {
  openTelemetryLayer,
  type OpenTelemetryOptions,
  type TelemetrySpan,
  type TelemetryTracer,
  type TelemetryValue,
} from './layers/open-telemetry.ts'
export { type OptionDescription, type OptionTable } from './layers/option-table.ts'
export { prefixLayer, type PrefixOptions } from './layers/prefix.ts'
export { rateLimitLayer, type RateLimitOptions } from './layers/rate-limit.ts'
export { readOnlyLayer } from './layers/read-only.ts'
export { retryLayer, type RetryOptions } from './layers/retry.ts'
export { timeoutLayer, type TimeoutOptions } from './layers/timeout.ts'
export { type OperationMessage, tracingChannelName, tracingLayer } from './layers/tracing.ts'
export { batchToRows } from './rows/batch-rows.ts'
export { concatBatches, rowsToBatches, splitBatches, toBatch } from './rows/batch.ts'
export { readCsv } from './rows/csv-read.ts'
export { type InexactNumbers, parseJsonExactly } from './rows/json-text.ts'
export { parseExactNumber } from './rows/number-text.ts'
export { cellProblem, checkBatch, type RowSchema } from './rows/row-check.ts'
export { type Cell, defaultBatchRows, type RowBatch } from './rows/row.ts'
export { systemClock } from './services/clock.ts'
export { consoleLogger, type ConsoleLoggerOptions, type LogLevel, silentLogger } from './services/logger.ts'
export { type ManualClock, manualClock } from './services/manual-clock.ts'
