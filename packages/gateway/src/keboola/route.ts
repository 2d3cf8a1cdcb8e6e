import type { Operation } from './keboola-context.ts'

/** One operation of the API. */
export interface Route {
  /** The method. */
  readonly method: string
  /** The path below `/v2/storage/` and the branch: `:name` stands for one segment. */
  readonly segments: readonly string[]
  /** The operation. */
  readonly operation: Operation
  /** Whether it needs no token. */
  readonly isPublic: boolean
  /** Whether a body is read by the operation itself instead of into `exchange.fields`. */
  readonly readsBody: boolean
}

/** What a route may say beside its operation. */
export type RouteOptions = Partial<Pick<Route, 'isPublic' | 'readsBody'>>

/** Makes a route of a line like `GET buckets/:bucket`. */
export function route(line: string, operation: Operation, options: RouteOptions = {}): Route {
  const [method = '', path = ''] = line.split(' ')
  const segments = path.split('/').filter((segment) => segment !== '')
  return { method, segments, operation, isPublic: options.isPublic ?? false, readsBody: options.readsBody ?? false }
}
