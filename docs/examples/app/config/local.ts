import type { AppConfig } from '../app-config.ts'

/** Everything in a directory: no account, no server. */
export const config: AppConfig = {
  backends: { disk: { adapter: 'local', path: './gallery-data' } },
  rows: { backend: 'disk', bucket: 'gallery' },
  images: { backend: 'disk', bucket: 'gallery' },
}
