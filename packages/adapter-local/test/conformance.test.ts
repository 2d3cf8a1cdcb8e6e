import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chaosFaults, runConformance } from '@stowage/conformance'
import { createLocalDriver } from '../src/index.ts'

// The embedded backend never fails by itself in a test: a layer around it does.
const inDirectory = chaosFaults()
const inMemory = chaosFaults()

// Both keep data in the same way, so both come to the same.
const scorecard = new URL('../../../docs/backends/scorecards/local.json', import.meta.url)

runConformance(
  {
    name: 'local in a directory',
    start: async () => ({ path: await mkdtemp(join(tmpdir(), 'stowage-conformance-')) }),
    stop: ({ path }) => rm(path, { recursive: true, force: true }),
    driver: async ({ path }) => inDirectory.layer(await createLocalDriver({ path })),
    faults: () => inDirectory.hook,
  },
  { scorecard },
)

runConformance(
  {
    name: 'local in memory',
    start: () => ({}),
    driver: async () => inMemory.layer(await createLocalDriver({ memory: true })),
    faults: () => inMemory.hook,
  },
  { scorecard },
)
