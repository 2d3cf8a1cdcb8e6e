import assert from 'node:assert/strict'
import type { Row, Table } from '@stowage/core'
import type { CheckContext } from '../check-context.ts'
import { expectError } from '../expectation.ts'
import { assertStored } from './stored-rows.ts'

/** Checks that calls are refused before anything is sent, and that the table keeps its rows. */
export async function assertRefused(
  context: CheckContext,
  table: Table,
  rows: readonly Row[],
  calls: readonly (readonly [what: string, call: () => PromiseLike<unknown>])[],
): Promise<void> {
  const sent = context.log.calls.length
  for (const [what, call] of calls) {
    const error = await expectError(call, 'invalid-argument')
    assert.equal(error.applied, 'no', what)
    assert.equal(context.log.calls.length, sent, `${what} was sent`)
  }
  await assertStored(table, rows)
}
