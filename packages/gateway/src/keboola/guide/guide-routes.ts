import { type Route, route } from '../route.ts'
import { putPrimaryKey } from './guide-operations.ts'

/** Operations that only the older guide has. */
export const guideRoutes: readonly Route[] = [route('POST tables/:table', putPrimaryKey)]
