import type { AppConfig } from '../app-config.ts'

/** Rows in ZeroDB (ZERODB_API_KEY), images on this machine: ZeroDB keeps no files. */
export const config: AppConfig = {
  backends: {
    // An upsert is several requests there. The app needs it and does it for one row at a time, so it may.
    documents: { adapter: 'zerodb', tier: 'starter', emulation: 'always' },
    disk: { adapter: 'local', path: './gallery-data' },
  },
  rows: { backend: 'documents', bucket: 'default' },
  images: { backend: 'disk', bucket: 'gallery' },
}
