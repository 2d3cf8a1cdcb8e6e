import { chaosFaults, runConformance } from '@stowage/conformance'
import { createShelfDriver, Shelf } from './shelf.ts'

const faults = chaosFaults()

runConformance({
  start: () => ({}),
  driver: () => faults.layer(createShelfDriver(new Shelf(100_000_000))),
  faults: () => faults.hook,
  fixedBucket: 'default',
  gaps: {
    'buckets.*': { kind: 'never', reason: 'a shelf is one bucket' },
    'semantics.dynamicBuckets': { kind: 'never', reason: 'a shelf is one bucket' },
    'tables.*': { kind: 'never', reason: 'a shelf holds files only' },
    'jobs.*': { kind: 'never', reason: 'a shelf does nothing on its own' },
    'files.*': { kind: 'todo', reason: 'the example is kept small' },
  },
})
