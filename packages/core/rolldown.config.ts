import { join } from 'node:path'
import { defineConfig } from 'rolldown'

/** The published code of core: two entries with what they share, because a hundred small files take twice as long to load. */
export default defineConfig({
  input: { index: join(import.meta.dirname, 'src/index.ts'), driver: join(import.meta.dirname, 'src/driver.ts') },
  platform: 'node',
  external: [/^node:/, 'papaparse'],
  output: { dir: join(import.meta.dirname, 'dist'), format: 'esm', sourcemap: true, chunkFileNames: 'shared.js' },
})
