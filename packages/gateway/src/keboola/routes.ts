import { KeboolaError } from './keboola-error.ts'
import type { Route } from './route.ts'
import { aliasRoutes } from './aliases/alias-routes.ts'
import { bucketRoutes } from './buckets/bucket-routes.ts'
import { fileRoutes } from './files/file-routes.ts'
import { guideRoutes } from './guide/guide-routes.ts'
import { jobRoutes } from './jobs/job-routes.ts'
import { metadataRoutes } from './metadata/metadata-routes.ts'
import { projectRoutes } from './project/project-routes.ts'
import { snapshotRoutes } from './snapshots/snapshot-routes.ts'
import { tableRoutes } from './tables/table-routes.ts'
import { workspaceRoutes } from './workspaces/workspace-routes.ts'

/** Every operation. The first one that fits counts: names come before `:names`. */
const routes: readonly Route[] = [
  ...projectRoutes,
  ...jobRoutes,
  ...bucketRoutes,
  ...metadataRoutes,
  ...fileRoutes,
  ...tableRoutes,
  ...aliasRoutes,
  ...snapshotRoutes,
  ...workspaceRoutes,
  ...guideRoutes,
]

/** A route, and the names a path has for it. */
export interface FoundRoute {
  /** The route. */
  readonly route: Route
  /** The names, decoded. */
  readonly names: Readonly<Record<string, string>>
}

/**
 * Finds the operation of a method and the segments of a path below `/v2/storage`; fails with 404 or 405. A path may begin with
 * `branch` and the name of one: every branch has the same data.
 */
export function findRoute(method: string, segments: readonly string[], isGuide: boolean): FoundRoute {
  const isOfBranch = segments[0] === 'branch' && segments.length > 2
  const allowed: string[] = []
  for (const route of routes) {
    const names =
      matchSegments(route.segments, segments) ??
      (isOfBranch ? matchSegments(route.segments, segments.slice(2)) : undefined)
    if (names === undefined) continue
    if (route.method === method) return { route, names }
    allowed.push(route.method)
  }
  if (allowed.length === 0) throw new KeboolaError(404, 'notFound', 'There is no such resource')
  const allow = [...new Set(allowed)].join(', ')
  const code = isGuide ? 'storage.methodNotAllowed' : 'methodNotAllowed'
  throw new KeboolaError(405, code, `${method} is not allowed here: use ${allow}`, { headers: { allow } })
}

function matchSegments(pattern: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined
  const names: Record<string, string> = {}
  for (const [at, expected] of pattern.entries()) {
    const segment = segments[at] ?? ''
    if (expected.startsWith(':')) names[expected.slice(1)] = segment
    else if (expected !== segment) return undefined
  }
  return names
}
