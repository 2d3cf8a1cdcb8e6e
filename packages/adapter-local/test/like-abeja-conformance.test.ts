import { chaosFaults, type Gaps, runConformance } from '@stowage/conformance'
import { createLocalDriver } from '../src/index.ts'

const lifetimes = 'files are kept for one of five lifetimes, which can not be taken away again'
const signing = 'the service signs URLs for an hour, whatever is asked for'

const gaps: Gaps = {
  'tables.*': { kind: 'never', reason: 'ABEJA keeps files, not rows' },
  'jobs.*': { kind: 'never', reason: 'ABEJA has no jobs' },
  'buckets.delete': { kind: 'never', reason: 'channels can only be archived' },
  'files.tags': { kind: 'never', reason: 'files have metadata, but no tags' },
  'buckets/create-described': { kind: 'upstream', reason: 'the service gives containers their display name itself' },
  'buckets/update': { kind: 'upstream', reason: 'the service gives containers their display name itself' },
  'declared/files-update': { kind: 'upstream', reason: 'the media type of a file can not be changed' },
  'files/update-content-type': { kind: 'upstream', reason: 'the media type of a file can not be changed' },
  'files/update-expiry': { kind: 'upstream', reason: lifetimes },
  'files/expiry': { kind: 'upstream', reason: lifetimes },
  'files/signed-facts': { kind: 'upstream', reason: signing },
  'files/signed-expired': { kind: 'upstream', reason: signing },
  'files/signed-missing': { kind: 'upstream', reason: 'a URL is signed only for a file that is there' },
}
const faults = chaosFaults()

runConformance({
  name: 'local like abeja',
  start: () => ({}),
  driver: async () => faults.layer(await createLocalDriver({ memory: true, like: 'abeja' })),
  faults: () => faults.hook,
  gaps,
})
