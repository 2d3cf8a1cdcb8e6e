import type { Route } from '../route.ts'

/** The operations on buckets. */
export const bucketRoutes: readonly Route[] = []
