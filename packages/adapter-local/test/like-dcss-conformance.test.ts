import { chaosFaults, type Gaps, runConformance } from '@stowage/conformance'
import { createLocalDriver } from '../src/index.ts'

const gaps: Gaps = {
  'buckets.*': { kind: 'never', reason: 'DCSS has fixed spaces that are opened by name' },
  'tables.*': { kind: 'never', reason: 'DCSS keeps files only' },
  'jobs.*': { kind: 'never', reason: 'DCSS has no jobs' },
  'files.writeUnknownLength': { kind: 'never', reason: 'S3 asks for the length of an upload' },
  'files.createOnly': { kind: 'never', reason: 'its signed URLs take no conditions' },
  'files.update': { kind: 'never', reason: 'its data API signs nothing that changes what is set on an object' },
  'files.metadata': { kind: 'never', reason: 'the metadata of its objects is what its own clients need' },
  'files.contentType': { kind: 'never', reason: 'its clients must not send a content type' },
  'files.tags': { kind: 'never', reason: 'its data API signs nothing about tags' },
  'semantics.dynamicBuckets': { kind: 'never', reason: 'DCSS has fixed spaces that are opened by name' },
  'keys/leading-slash*': { kind: 'never', reason: 'DCSS drops slashes at the start, so such keys are refused' },
  'keys/dot-*segment': { kind: 'never', reason: 'HTTP clients resolve such segments, so such keys are refused' },
  'keys/nul': { kind: 'upstream', reason: 'S3 servers break the connection, so such keys are refused' },
  'listings/ten-thousand': { kind: 'upstream', reason: 'its data API signs the first page of a listing only' },
  'files.expiry': { kind: 'never', reason: 'its data API signs nothing about lifetimes' },
}
const faults = chaosFaults()

runConformance({
  name: 'local like dcss',
  start: () => ({}),
  driver: async () => faults.layer(await createLocalDriver({ memory: true, like: 'dcss' })),
  fixedBucket: 'private',
  faults: () => faults.hook,
  gaps,
})
