import type { JsonValue } from '@stowage/core'
import { invalidArgument, StorageError, type UpdateTree } from '@stowage/core/driver'
import { toWireFilter, toWireOperators } from './wire-filter.ts'

/** An update as the service takes it: operators with the paths they change. */
export type WireUpdate = { readonly [operator: string]: { readonly [path: string]: JsonValue } }

type PullChange = Extract<UpdateTree[number], { readonly operator: '$pull' }>

/**
 * Writes an update as the service takes it. One that changes nothing is `{"$set": {}}`, a legal way to count what matches.
 *
 * @throws StorageError `invalid-argument` for a change of the row's id, `unsupported` for a `$pull` the service has no words for
 */
export function toWireUpdate(update: UpdateTree): WireUpdate {
  const written: Record<string, Record<string, JsonValue>> = {}
  for (const change of update) {
    if (change.path === '_id' || change.path.startsWith('_id.')) {
      throw invalidArgument('update: ZeroDB gives each row its _id and never changes it: leave it out')
    }
    written[change.operator] ??= Object.create(null) as Record<string, JsonValue>
    ;(written[change.operator] as Record<string, JsonValue>)[change.path] = operandOf(change)
  }
  return update.length === 0 ? { $set: {} } : written
}

function operandOf(change: UpdateTree[number]): JsonValue {
  if (change.operator === '$unset') return ''
  return change.operator === '$pull' ? pullOperand(change) : change.value
}

function pullOperand({ path, matches }: PullChange): JsonValue {
  if (matches.kind === 'equal') return matches.value
  if (matches.kind === 'object') return toWireFilter(matches.filter) as JsonValue
  const operators = toWireOperators(matches.filter)
  if (operators !== undefined) return operators
  const message = `ZeroDB can't express the condition of $pull "${path}": pull by the ten operators side by side`
  throw new StorageError({ code: 'unsupported', message })
}
