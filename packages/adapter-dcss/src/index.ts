/**
 * The adapter for the Duckietown Cloud Storage Service, and for S3-compatible servers.
 *
 * @module
 */
import type { DcssClient } from './client.ts'
import type { DcssOptions } from './options.ts'

export { adapter, adapter as dcss, createDcssDriver, type DcssDriver } from './driver.ts'
export { DcssClient } from './client.ts'
export type { CheckedDcssOptions, DcssOptions } from './options.ts'

declare module '@stowage/core' {
  interface BackendRegistry {
    dcss: { options: DcssOptions; features: 'files'; native: DcssClient }
  }
}
