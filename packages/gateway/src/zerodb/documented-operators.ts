import { type FilterNode, parseFilter, parseUpdate, type UpdateTree } from '@stowage/core/driver'
import type { Filter, Update } from '@stowage/core'
import { isJsonObject } from './request-body.ts'
import { refusal, refusedAs } from './zerodb-error.ts'

const operators = new Set(['$eq', '$ne', '$gt', '$gte', '$lt', '$lte', '$in', '$nin', '$exists', '$regex'])

/** A filter that was checked. */
export interface CheckedFilter {
  /** As it was sent, for the storage. */
  readonly filter: Filter
  /** As a tree. */
  readonly tree: FilterNode
}

/** An update that was checked. */
export interface CheckedUpdate {
  /** As it was sent, for the storage. */
  readonly update: Update
  /** As a tree. */
  readonly tree: UpdateTree
}

/** Checks a filter: core's language, without the operators the service doesn't document. */
export function checkFilter(value: unknown): CheckedFilter {
  refuseUndocumented(value)
  const tree = refusedAs('QUERY_SYNTAX_ERROR', () => parseFilter(value))
  return { filter: value as Filter, tree }
}

/** Checks an update. */
export function checkUpdate(value: unknown): CheckedUpdate {
  const pulled = isJsonObject(value) && isJsonObject(value['$pull']) ? Object.values(value['$pull']) : []
  for (const condition of pulled) refuseUndocumentedPull(condition)
  const tree = refusedAs('QUERY_SYNTAX_ERROR', () => parseUpdate(value))
  return { update: value as Update, tree }
}

function refuseUndocumented(filter: unknown): void {
  if (!isJsonObject(filter)) return
  for (const [key, value] of Object.entries(filter)) {
    if (key.startsWith('$')) throw unknown(key)
    refuseUndocumentedOn(value)
  }
}

function refuseUndocumentedPull(condition: unknown): void {
  const isOperators = isJsonObject(condition) && Object.keys(condition).some((key) => key.startsWith('$'))
  if (isOperators) refuseUndocumentedOn(condition)
  else refuseUndocumented(condition)
}

function refuseUndocumentedOn(value: unknown): void {
  if (!isJsonObject(value)) return
  const stray = Object.keys(value).find((key) => key.startsWith('$') && !operators.has(key))
  if (stray !== undefined) throw unknown(stray)
}

function unknown(operator: string): Error {
  const shown = JSON.stringify(operator.slice(0, 80))
  return refusal('QUERY_SYNTAX_ERROR', `unknown operator ${shown}: use ${[...operators].join(' ')} below a field`)
}
