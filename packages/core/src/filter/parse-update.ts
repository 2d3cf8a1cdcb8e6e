import { types } from 'node:util'
import { invalidArgument } from '../errors/storage-error.ts'
import { checkPath, quote } from './field-path.ts'
import { isOperatorObject, parseFilterAt, parseOperators } from './parse-filter.ts'
import { entriesOf, isPlainObject, parseValue } from './parsed-value.ts'
import type { PullCondition, UpdateChange, UpdateTree } from './tree.ts'

const example = '{"$set": {"status": "closed"}, "$inc": {"version": 1}}'
const operatorNames = '$set $unset $inc $push $pull'
/** What a filter calls the element of an array when operators apply to it directly. */
const elementField = 'element'
const refusedParts = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * Checks an update and turns it into a list of changes.
 *
 * Takes anything: what is not an update fails, also a plain row, which other databases read as a replacement. An empty
 * operator such as `{$set: {}}` changes nothing.
 *
 * @param update - see `Update`
 * @throws {@link StorageError} `invalid-argument`; the message names the operator, the path and what to write instead
 */
export function parseUpdate(update: unknown): UpdateTree {
  const entries = entriesOf(update, 'update', example)
  if (entries.length === 0) throw invalidArgument(`update is empty: name what changes, as in ${example}`)
  const changes = entries.flatMap(([operator, operand]) => parseOperator(operator, operand))
  refuseConflicts(changes.map(({ path }) => path))
  return changes
}

/** Checks a path that is written to. */
export function checkUpdatePath(path: string, place: string): void {
  checkPath(path, place)
  const refused = path.split('.').find((part) => refusedParts.has(part))
  if (refused !== undefined) {
    throw invalidArgument(`${place}: the path ${quote(path)} has the part ${quote(refused)}, which cannot be written`, {
      path,
    })
  }
}

/** Fails when two of the paths are equal or one leads to the other. */
export function refuseConflicts(paths: readonly string[], place = 'update'): void {
  const sorted = [...paths].sort()
  const seen = new Set<string>()
  for (const path of sorted) {
    // A path sorts behind the ones that lead to it, so looking back finds every clash.
    for (let end = path.indexOf('.'); end !== -1; end = path.indexOf('.', end + 1)) {
      if (seen.has(path.slice(0, end))) throw conflict(path.slice(0, end), path, place)
    }
    if (seen.has(path)) throw conflict(path, path, place)
    seen.add(path)
  }
}

function conflict(first: string, second: string, place: string): Error {
  const problem = first === second ? `${quote(first)} is named twice` : `${quote(second)} lies inside ${quote(first)}`
  return invalidArgument(`${place}: ${problem}: change each part of a row once`, { path: second })
}

function parseOperator(operator: string, operand: unknown): UpdateChange[] {
  if (!operator.startsWith('$')) {
    throw invalidArgument(
      `update: ${quote(operator)} is not an operator; rows are not replaced: write {"$set": {${quote(operator)}: ...}}`,
    )
  }
  const parse = parsers[operator]
  if (parse === undefined) throw invalidArgument(`update: unknown operator ${quote(operator)}; use ${operatorNames}`)
  return entriesOf(operand, `update: ${operator}`, example).map(([path, value]) => {
    checkUpdatePath(path, `update: ${operator}`)
    return parse(path, value, `update: ${operator} ${quote(path)}`)
  })
}

const parsers: Readonly<Record<string, (path: string, value: unknown, place: string) => UpdateChange>> = {
  $set: (path, value, place) => ({ operator: '$set', path, value: parseValue(value, place) }),
  $push: (path, value, place) => ({ operator: '$push', path, value: parsePushed(path, value, place) }),
  $unset: (path) => ({ operator: '$unset', path }),
  $inc: (path, value, place) => ({ operator: '$inc', path, value: parseAmount(path, value, place) }),
  $pull: (path, value, place) => ({ operator: '$pull', path, matches: parsePull(value, place) }),
}

function parsePushed(path: string, value: unknown, place: string): ReturnType<typeof parseValue> {
  if (isPlainObject(value) && Object.keys(value).some((key) => key.startsWith('$'))) {
    throw invalidArgument(`${place} has a modifier such as $each: $push appends one element, so push once for each`, {
      path,
    })
  }
  return parseValue(value, place)
}

function parseAmount(path: string, value: unknown, place: string): number {
  const amount = typeof value === 'number' ? parseValue(value, place) : value
  if (typeof amount === 'number') return amount
  throw invalidArgument(`${place} must be a number`, { path })
}

function parsePull(value: unknown, place: string): PullCondition {
  if (types.isRegExp(value)) {
    return { kind: 'element', filter: parseOperators(elementField, { $regex: value }, place) }
  }
  if (!isPlainObject(value)) return { kind: 'equal', value: parseValue(value, place) }
  if (isOperatorObject(value, place)) {
    return { kind: 'element', filter: parseOperators(elementField, value, place) }
  }
  return { kind: 'object', filter: parseFilterAt(value, place, 0) }
}
