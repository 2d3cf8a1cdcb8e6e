import type { AppConfig } from '../app-config.ts'

/** Images in a channel of the ABEJA Platform (ABEJA_ORGANIZATION_ID and a credential), rows on this machine. */
export const config: AppConfig = {
  backends: {
    datalake: { adapter: 'abeja', kind: 'channel' },
    disk: { adapter: 'local', path: './gallery-data' },
  },
  rows: { backend: 'disk', bucket: 'gallery' },
  images: { backend: 'datalake', bucket: 'gallery' },
}
