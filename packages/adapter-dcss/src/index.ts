/**
 * The adapter for the Duckietown Cloud Storage Service, and for S3-compatible servers.
 *
 * @module
 */
import type { DcssClient } from './client.ts'
import type { DcssOptions } from './options.ts'

export type { AuthorizeRequest, DcssAction } from './authorizer.ts'
export { DcssClient } from './client.ts'
export type { DcssCallOptions } from './client-call.ts'
export {
  type DcssDeleteOptions,
  type DcssDownloadOptions,
  type DcssHead,
  type DcssItem,
  DcssSpace,
  type DcssUploadOptions,
} from './client-space.ts'
export { adapter, adapter as dcss, createDcssDriver, type DcssDriver } from './driver.ts'
export type { CheckedDcssOptions, DcssOptions, DcssOptionWithDefault } from './options.ts'
export { type DuckietownToken, duckietownPublicKeys, parseToken } from './token.ts'
export { type DcssCallback, DcssProgress, DcssTransfer, DcssTransferStatus } from './transfer.ts'

declare module '@stowage/core' {
  interface BackendRegistry {
    dcss: { options: DcssOptions; features: 'files'; native: DcssClient }
  }
}
