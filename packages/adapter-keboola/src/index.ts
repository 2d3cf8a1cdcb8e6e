/**
 * Stowage adapter and TypeScript client of Keboola Storage.
 *
 * @module
 */
import type { KeboolaClient } from './client.ts'
import type { KeboolaOptions } from './options.ts'

export { createKeboolaClient, KeboolaClient } from './client.ts'
export { adapter, adapter as keboola, createKeboolaDriver, type KeboolaDriver } from './driver.ts'
export type { CheckedKeboolaOptions, KeboolaOptions } from './options.ts'

declare module '@stowage/core' {
  interface BackendRegistry {
    keboola: { options: KeboolaOptions; features: 'tables' | 'files'; native: KeboolaClient }
  }
}
