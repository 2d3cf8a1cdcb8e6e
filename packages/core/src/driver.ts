/**
 * For authors of adapters and layers: the driver interface and the parts it is built from. Apps use the package's main
 * entry.
 *
 * @module
 */
export * from './driver/adapter-definition.ts'
export * from './driver/bucket-driver.ts'
export * from './driver/call.ts'
export * from './driver/file-driver.ts'
export * from './driver/job-driver.ts'
export * from './driver/operation.ts'
export * from './driver/storage-driver.ts'
export * from './driver/table-driver.ts'
