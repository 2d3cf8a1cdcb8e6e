import type { AppConfig } from '../app-config.ts'

/** Rows and images in one Keboola project; KEBOOLA_STACK_URL and KEBOOLA_TOKEN say which. */
export const config: AppConfig = {
  backends: { project: { adapter: 'keboola' } },
  rows: { backend: 'project', bucket: 'in.c-gallery' },
  images: { backend: 'project', bucket: 'files' },
}
