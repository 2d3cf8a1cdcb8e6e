import { dcssProfile } from './dcss.ts'
import type { ServiceProfile } from './service-profile.ts'
import { zerodbProfile } from './zerodb.ts'

/** A service the embedded backend can stand in for: `dcss` is the Duckietown Cloud Storage Service, `zerodb` ZeroDB's Tables API. */
export type LikeService = 'dcss' | 'zerodb'

/** What the embedded backend keeps of each service. */
export const profiles: Readonly<Record<LikeService, ServiceProfile>> = {
  dcss: dcssProfile,
  zerodb: zerodbProfile,
}
