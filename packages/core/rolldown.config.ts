import { join } from 'node:path'
import { defineConfig } from 'rolldown'

/** The published code of core: three entries with what they share, because a hundred small files take twice as long to load. */
export default defineConfig({
  input: Object.fromEntries(
    ['index', 'driver', 'truth-tables'].map((entry) => [entry, join(import.meta.dirname, `src/${entry}.ts`)]),
  ),
  platform: 'node',
  external: [/^node:/, 'papaparse'],
  output: { dir: join(import.meta.dirname, 'dist'), format: 'esm', sourcemap: true, chunkFileNames: 'shared.js' },
})
