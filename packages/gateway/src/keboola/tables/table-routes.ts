import type { Route } from '../route.ts'

/** The operations on tables. */
export const tableRoutes: readonly Route[] = []
