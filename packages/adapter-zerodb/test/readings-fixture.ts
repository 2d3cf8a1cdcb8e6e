import type { Row, Storage, StorageError, Table } from '@stowage/core'
import type { ZerodbGateway } from '@stowage/gateway'
import { expect } from 'vitest'
import type { ZerodbOptions } from '../src/index.ts'
import { startZerodb, type ZerodbFixture } from './zerodb-fixture.ts'

/** The columns of the table most tests work on. */
export const columns: { readonly key: 'string'; readonly n: 'number' } = { key: 'string', n: 'number' }

/** A table on the service's test double. */
export interface Readings {
  /** How to open more. */
  readonly fixture: ZerodbFixture
  /** The double. */
  readonly gateway: ZerodbGateway
  /** The storage. */
  readonly storage: Storage
  /** The table `readings`; its creation is not among the requests. */
  readonly table: Table
}

/** Makes a table, keyed unless told otherwise. */
export async function readings(
  options: ZerodbOptions = {},
  service: Parameters<typeof startZerodb>[0] = {},
  primaryKey: readonly string[] = ['key'],
): Promise<Readings> {
  const fixture = await startZerodb(service)
  const storage = fixture.open(options)
  const table = storage.bucket('default').table('readings')
  await table.create({ columns, primaryKey })
  fixture.gateway.requests.length = 0
  fixture.gateway.calls.length = 0
  return { fixture, gateway: fixture.gateway, storage, table }
}

/** Rows with the keys from `start` to before `end`. */
export function rowsFrom(start: number, end: number): { key: string; n: number }[] {
  return Array.from({ length: end - start }, (_, index) => ({ key: `k${start + index}`, n: start + index }))
}

/** All rows of a table, in order of `n`. */
export async function all(table: Table): Promise<Row[]> {
  return (await table.find().toArray()).toSorted((left, right) => Number(left['n']) - Number(right['n']))
}

/** What a call fails with. */
export async function failureOf(work: PromiseLike<unknown>): Promise<StorageError> {
  return work.then(
    () => expect.unreachable('it succeeded'),
    (error: unknown) => error as StorageError,
  )
}

/** How many requests of each kind were sent. */
export function sent({ requests }: ZerodbGateway): Record<string, number> {
  const lines = requests.map(
    ({ method, path }) => `${method} ${path.replace(/^.*\/tables/, '').replace(/readings/, 'T')}`,
  )
  return Object.fromEntries([...Map.groupBy(lines, (line) => line)].map(([line, some]) => [line, some.length]))
}

/** The bodies of the requests so far. */
export function bodies({ calls }: ZerodbGateway): readonly Readonly<Record<string, unknown>>[] {
  return calls.map(({ body = 'null' }) => JSON.parse(body) as Readonly<Record<string, unknown>>)
}
