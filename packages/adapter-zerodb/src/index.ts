/**
 * The adapter for the ZeroDB Tables API, and its TypeScript client.
 *
 * @module
 */
import type { ZerodbClient } from './client.ts'
import type { ZerodbOptions } from './options.ts'

export type {
  ZerodbIndex,
  ZerodbInserted,
  ZerodbRow,
  ZerodbRowPage,
  ZerodbSchema,
  ZerodbTable,
  ZerodbTableDeleted,
  ZerodbTablePage,
  ZerodbUpdated,
} from './answers.ts'
export {
  type ZerodbAll,
  ZerodbClient,
  type ZerodbQuery,
  type ZerodbTableFields,
  type ZerodbTableQuery,
} from './client.ts'
export { adapter, adapter as zerodb, createZerodbDriver, type ZerodbDriver } from './driver.ts'
export type { CheckedZerodbOptions, ZerodbOptions, ZerodbResponseDialect, ZerodbTier } from './options.ts'
export type { ZerodbCallOptions } from './wire.ts'

declare module '@stowage/core' {
  interface BackendRegistry {
    zerodb: { options: ZerodbOptions; features: 'tables'; native: ZerodbClient }
  }
}
