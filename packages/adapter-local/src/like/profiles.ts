import { abejaProfile } from './abeja.ts'
import { dcssProfile } from './dcss.ts'
import { keboolaProfile } from './keboola.ts'
import type { ServiceProfile } from './service-profile.ts'
import { zerodbProfile } from './zerodb.ts'

/**
 * A service the embedded backend can stand in for: `abeja` is the ABEJA Platform's datalake (its channels), `dcss` the Duckietown Cloud
 * Storage Service, `keboola` Keboola Storage, `zerodb` ZeroDB's Tables API.
 */
export type LikeService = 'abeja' | 'dcss' | 'keboola' | 'zerodb'

/** What the embedded backend keeps of each service. */
export const profiles: Readonly<Record<LikeService, ServiceProfile>> = {
  abeja: abejaProfile,
  dcss: dcssProfile,
  keboola: keboolaProfile,
  zerodb: zerodbProfile,
}
