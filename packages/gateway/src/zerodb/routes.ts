import { decodePercent } from '../s3/percent-encoding.ts'
import { deleteRows } from './delete-rows.ts'
import { insertRows } from './insert-rows.ts'
import { queryRows } from './query-rows.ts'
import type { ZerodbOperation } from './quirks.ts'
import { createTable, deleteTable, getTable, listTables } from './table-operations.ts'
import { updateRows } from './update-rows.ts'
import type { Operation } from './zerodb-context.ts'
import { type ZerodbErrorCode, ZerodbError } from './zerodb-error.ts'

/** Where all paths begin. */
export const basePath = '/v1/public/database'

/** One operation of the API. */
export interface Route {
  /** Its name. */
  readonly name: ZerodbOperation
  /** The operation. */
  readonly operation: Operation
  /** The status of its success. */
  readonly status: 200 | 201
  /** What a body is refused with whose JSON we can't hold; undefined for operations that take none. */
  readonly bodyCode: ZerodbErrorCode | undefined
}

/** A route, and the table a path names. */
export interface FoundRoute {
  /** The route. */
  readonly route: Route
  /** The table, decoded; empty for paths without one. */
  readonly reference: string
}

function route(
  name: ZerodbOperation,
  operation: Operation,
  bodyCode?: ZerodbErrorCode,
  status: Route['status'] = 200,
): Route {
  return { name, operation, status, bodyCode }
}

type Methods = Readonly<Record<string, Route>>

const all: Methods = {
  POST: route('createTable', createTable, 'INVALID_SCHEMA', 201),
  GET: route('listTables', listTables),
}

const one: Methods = { GET: route('getTable', getTable), DELETE: route('deleteTable', deleteTable) }

const parts: Readonly<Record<string, Methods>> = {
  rows: {
    POST: route('insertRows', insertRows, 'SCHEMA_VALIDATION_ERROR', 201),
    PATCH: route('updateRows', updateRows, 'QUERY_SYNTAX_ERROR'),
    DELETE: route('deleteRows', deleteRows, 'QUERY_SYNTAX_ERROR'),
  },
  query: { POST: route('queryRows', queryRows, 'QUERY_SYNTAX_ERROR') },
}

/** Finds the operation of a method and a path as it was sent; fails with 404 or 405. */
export function findRoute(method: string, path: string): FoundRoute {
  const { methods, reference } = matchPath(path)
  const found = Object.hasOwn(methods, method) ? methods[method] : undefined
  if (found !== undefined) return { route: found, reference }
  const allow = Object.keys(methods).join(', ')
  throw new ZerodbError(405, 'Method Not Allowed', { headers: { allow } })
}

function matchPath(path: string): { readonly methods: Methods; readonly reference: string } {
  if (!path.startsWith(`${basePath}/tables`)) throw notFound()
  const [root, table, part, ...others] = path.slice(basePath.length + 1).split('/')
  if (root !== 'tables' || table === '' || others.length > 0) throw notFound()
  if (table === undefined) return { methods: all, reference: '' }
  const methods = part === undefined ? one : Object.hasOwn(parts, part) ? parts[part] : undefined
  if (methods === undefined) throw notFound()
  return { methods, reference: decode(table) }
}

function decode(segment: string): string {
  try {
    return decodePercent(segment)
  } catch {
    throw notFound()
  }
}

function notFound(): ZerodbError {
  return new ZerodbError(404, 'Not Found')
}
