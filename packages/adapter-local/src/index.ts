/**
 * The embedded backend: tables and files in a directory or in memory. It needs no account and no server.
 *
 * @module
 */
import type { LocalNative } from './driver.ts'
import type { LocalOptions } from './options.ts'

export { adapter, adapter as local, createLocalDriver, type LocalDriver, type LocalNative } from './driver.ts'
export type { LikeService } from './like/profiles.ts'
export type { LocalOptions } from './options.ts'

declare module '@stowage/core' {
  interface BackendRegistry {
    local: { options: LocalOptions; features: 'tables' | 'files'; native: LocalNative }
  }
}
