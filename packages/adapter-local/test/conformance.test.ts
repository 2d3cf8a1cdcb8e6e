import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runConformance } from '@stowage/conformance'
import { createLocalDriver } from '../src/index.ts'

runConformance({
  name: 'local in a directory',
  start: async () => ({ path: await mkdtemp(join(tmpdir(), 'stowage-conformance-')) }),
  stop: ({ path }) => rm(path, { recursive: true, force: true }),
  driver: ({ path }) => createLocalDriver({ path }),
})

runConformance({
  name: 'local in memory',
  start: () => ({}),
  driver: () => createLocalDriver({ memory: true }),
})
