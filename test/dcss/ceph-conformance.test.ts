import { createDcssDriver } from '@stowage/adapter-dcss'
import { chaosFaults, type Gaps, runConformance } from '@stowage/conformance'
import { afterAll } from 'vitest'
import { directSetup } from '../../packages/adapter-dcss/test/conformance-setup.ts'
import { missingCephRgw } from '../s3/ceph-rgw.ts'
import { requireServer } from '../s3/require-server.ts'
import { startCephSpaces } from './ceph-spaces.ts'

// The faults are put in front of the adapter here, where it can't look what became of a lost write.
const { 'retries/put-lost': _, ...gapsOnGateway } = directSetup.gaps ?? {}
const gaps: Gaps = {
  ...gapsOnGateway,
  'keys/nul': { kind: 'never', reason: 'Ceph breaks the connection, so such keys are refused' },
  'concurrency/replace-version': {
    kind: 'upstream',
    reason: 'of writers over one version one succeeds, but Ceph answers 500 to those that lose at the same moment',
  },
}

const missing = missingCephRgw()
if (missing === undefined) await proveOnCeph()
else requireServer('a Ceph object gateway', missing)

async function proveOnCeph(): Promise<void> {
  const server = await startCephSpaces()
  afterAll(() => server.close())
  const faults = chaosFaults()
  const { url: s3Url, accessKeyId, secretAccessKey, region } = server
  runConformance({
    name: 'dcss on Ceph with credentials',
    start: () => ({}),
    driver: () => faults.layer(createDcssDriver({ s3Url, accessKeyId, secretAccessKey, region }, { environment: {} })),
    fixedBucket: 'private',
    listedFiles: 3001,
    secret: secretAccessKey,
    faults: () => faults.hook,
    gaps,
  })
}
