import type { AppConfig } from '../app-config.ts'

/** Images in the user's own space of Duckietown (DUCKIETOWN_TOKEN), rows on this machine. */
export const config: AppConfig = {
  backends: {
    robots: {
      adapter: 'dcss',
      // Unset for the real service; the tests point them at one on this machine.
      dataApiUrl: process.env['DCSS_DATA_API_URL'],
      s3Url: process.env['DCSS_S3_URL'],
    },
    disk: { adapter: 'local', path: './gallery-data' },
  },
  rows: { backend: 'disk', bucket: 'gallery' },
  images: { backend: 'robots', bucket: 'user' },
}
