import type { JsonValue, Row } from '../rows/row.ts'
import { compileChanges, refuseNewId } from './compile-update.ts'
import { checkUpdatePath, refuseConflicts } from './parse-update.ts'
import type { FilterNode, UpdateTree } from './tree.ts'

/**
 * Gives the row an upsert inserts when nothing matched: the values the filter asks for by equality, with the update
 * applied.
 *
 * Plain equality, `$eq` and `$in` with one value count, also inside `$and`; dotted paths become objects. All other
 * conditions are ignored.
 *
 * @throws {@link StorageError} `invalid-argument` when the filter names one place twice, or the update doesn't fit
 */
export function upsertRow(filter: FilterNode, update: UpdateTree): Row {
  const wanted = equalities(filter)
  for (const { path } of wanted) checkUpdatePath(path, 'upsert: filter')
  refuseConflicts(
    wanted.map(({ path }) => path),
    'upsert: filter',
  )
  const row = compileChanges(wanted.map(({ path, value }) => ({ operator: '$set', path, value })))({})
  const changed = compileChanges(update)(row)
  refuseNewId(row, changed)
  return changed
}

interface Equality {
  readonly path: string
  readonly value: JsonValue
}

function equalities(node: FilterNode): Equality[] {
  switch (node.kind) {
    case 'and':
      return node.nodes.flatMap(equalities)
    case 'or':
      // A list of one says the same as $and.
      return node.nodes.length === 1 ? node.nodes.flatMap(equalities) : []
    case 'compare':
      return node.operator === '$eq' ? [{ path: node.path, value: node.value }] : []
    case 'in':
      return node.operator === '$in' && node.values.length === 1
        ? [{ path: node.path, value: node.values[0] as JsonValue }]
        : []
    default:
      return []
  }
}
