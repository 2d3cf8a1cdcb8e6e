import { dcssProfile } from './dcss.ts'
import type { ServiceProfile } from './service-profile.ts'

/** A service the embedded backend can stand in for: `dcss` is the Duckietown Cloud Storage Service. */
export type LikeService = 'dcss'

/** What the embedded backend keeps of each service. */
export const profiles: Readonly<Record<LikeService, ServiceProfile>> = { dcss: dcssProfile }
