import type { Operation } from './abeja-context.ts'
import { AbejaError } from './abeja-error.ts'
import { getBucketFile, listBucketFiles, uploadBucketFile } from './bucket-file-operations.ts'
import {
  announceUpload,
  deleteChannelFile,
  getChannelFile,
  listChannelFiles,
  putLifetime,
  putMetadata,
  uploadChannelFile,
} from './channel-file-operations.ts'
import type { ContainerKind } from './container.ts'
import {
  archiveContainer,
  createContainer,
  getContainer,
  getOrganization,
  listContainers,
  patchContainer,
} from './container-operations.ts'
import { connectDatasource, disconnectDatasource, listDatasources } from './datasource-operations.ts'

/** One operation of the API. */
export interface Route {
  /** The method. */
  readonly method: string
  /** The operation. */
  readonly operation: Operation
  /** Whether datasources may use it, on the channels they are connected to. */
  readonly isForDatasources: boolean
}

/** A route, and the names a path has for it. */
export interface FoundRoute {
  /** The route. */
  readonly route: Route
  /** The names, decoded. */
  readonly names: Readonly<Record<string, string>>
}

interface Path {
  readonly segments: readonly string[]
  readonly routes: readonly Route[]
}

const ofDatasources: ReadonlySet<Operation> = new Set([
  uploadChannelFile,
  announceUpload,
  listChannelFiles,
  getChannelFile,
])

function path(pattern: string, operations: Readonly<Record<string, Operation>>): Path {
  const routes = Object.entries(operations).map(([method, operation]) => ({
    method,
    operation,
    isForDatasources: ofDatasources.has(operation),
  }))
  return { segments: pattern.split('/'), routes }
}

function containerPaths(kind: ContainerKind): Path[] {
  const base = `organizations/:organization/${kind}s`
  return [
    path(base, { POST: createContainer(kind), GET: listContainers(kind) }),
    path(`${base}/:container`, { GET: getContainer(kind), PATCH: patchContainer(kind) }),
    path(`${base}/:container/archive`, { POST: archiveContainer(kind, true) }),
    path(`${base}/:container/unarchive`, { POST: archiveContainer(kind, false) }),
  ]
}

// The first one that fits counts: `upload` is the id of no file.
const paths: readonly Path[] = [
  path('channels/:container/upload', { POST: uploadChannelFile }),
  path('channels/:container', { POST: announceUpload, GET: listChannelFiles }),
  path('channels/:container/:file', { GET: getChannelFile, DELETE: deleteChannelFile }),
  path('channels/:container/:file/metadata', { PUT: putMetadata }),
  path('channels/:container/:file/lifetime', { PUT: putLifetime }),
  path('organizations/:organization', { GET: getOrganization }),
  ...containerPaths('channel'),
  path('organizations/:organization/channels/:container/datasources', { GET: listDatasources }),
  path('organizations/:organization/channels/:container/datasources/:datasource', {
    PUT: connectDatasource,
    DELETE: disconnectDatasource,
  }),
  ...containerPaths('bucket'),
  path('organizations/:organization/buckets/:container/files', { POST: uploadBucketFile, GET: listBucketFiles }),
  path('organizations/:organization/buckets/:container/files/*path', { GET: getBucketFile }),
]

/** Finds the operation of a method and the segments of a path; fails with 404 or 405. */
export function findRoute(method: string, segments: readonly string[]): FoundRoute {
  for (const one of paths) {
    const names = matchPath(one.segments, segments)
    if (names === undefined) continue
    const route = one.routes.find((candidate) => candidate.method === method)
    if (route !== undefined) return { route, names }
    const allow = one.routes.map((candidate) => candidate.method).join(', ')
    throw new AbejaError(405, `${method} is not allowed here: use ${allow}`, { headers: { allow } })
  }
  throw new AbejaError(404, 'there is no such path in the API')
}

function matchPath(pattern: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  const names: Record<string, string> = {}
  for (const [at, expected] of pattern.entries()) {
    const segment = segments[at]
    if (segment === undefined) return undefined
    if (expected.startsWith('*')) return { ...names, [expected.slice(1)]: segments.slice(at).join('/') }
    if (expected.startsWith(':')) names[expected.slice(1)] = segment
    else if (expected !== segment) return undefined
  }
  return segments.length === pattern.length ? names : undefined
}
