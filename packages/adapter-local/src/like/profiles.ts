import { abejaProfile } from './abeja.ts'
import { dcssProfile } from './dcss.ts'
import type { ServiceProfile } from './service-profile.ts'
import { zerodbProfile } from './zerodb.ts'

/**
 * A service the embedded backend can stand in for: `abeja` is the ABEJA Platform's datalake (its channels), `dcss` the Duckietown Cloud
 * Storage Service, `zerodb` ZeroDB's Tables API.
 */
export type LikeService = 'abeja' | 'dcss' | 'zerodb'

/** What the embedded backend keeps of each service. */
export const profiles: Readonly<Record<LikeService, ServiceProfile>> = {
  abeja: abejaProfile,
  dcss: dcssProfile,
  zerodb: zerodbProfile,
}
