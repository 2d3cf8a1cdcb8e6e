import fc from 'fast-check'
import type { FilterNode } from '../../src/filter/tree.ts'
import type { JsonValue, Row } from '../../src/rows/row.ts'

const fields = fc.constantFrom('a', 'b', 'c')
const paths = fc.constantFrom('a', 'b', 'c', 'a.b', 'b.c', 'a.b.c', 'a.0', 'b.1')
const scalars: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.constantFrom(null, true, false, '', 'x', 'xy', '5', '\uff5e', '😀'),
  fc.integer({ min: -2, max: 6 }),
  fc.constantFrom(0.5, -1.5),
)

const { value: values } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { arbitrary: scalars, weight: 4 },
    { arbitrary: fc.array(tie('value'), { maxLength: 3 }), weight: 2 },
    { arbitrary: fc.dictionary(fields, tie('value'), { maxKeys: 3, noNullPrototype: true }), weight: 2 },
  ),
}))

/** JSON values of few shapes, so that two of them are often equal. */
export const arbitraryValue: fc.Arbitrary<JsonValue> = values

/** Rows with the fields that {@link arbitraryFilter} asks for. */
export const arbitraryRow: fc.Arbitrary<Row> = fc.dictionary(fields, values, { maxKeys: 3, noNullPrototype: true })

const patterns = fc.constantFrom('x', '^x', 'y$', '^$', '(x|xy)+$', '[0-9]', '.')

type FilterObject = Record<string, unknown>

/** Filters as apps write them, over operands of one kind. */
function filtersOver(operands: fc.Arbitrary<JsonValue>): fc.Arbitrary<FilterObject> {
  const condition = conditionsOver(operands)
  const { filter } = fc.letrec<{ filter: FilterObject }>((tie) => {
    const list = fc.array(tie('filter'), { minLength: 1, maxLength: 3 })
    return {
      filter: fc.oneof(
        { maxDepth: 3, withCrossShrink: true },
        fc.dictionary(paths, condition, { maxKeys: 2, noNullPrototype: true }),
        list.map(($and) => ({ $and })),
        list.map(($or) => ({ $or })),
        list.map(($nor) => ({ $nor })),
        fc.tuple(tie('filter'), list).map(([fieldsOf, $or]) => ({ ...fieldsOf, $or })),
      ),
    }
  })
  return filter
}

function conditionsOver(operands: fc.Arbitrary<JsonValue>): fc.Arbitrary<unknown> {
  const lists = fc.array(operands, { maxLength: 3 })
  const operators = fc
    .record(
      {
        $eq: operands,
        $ne: operands,
        $gt: operands,
        $gte: operands,
        $lt: operands,
        $lte: operands,
        $in: lists,
        $nin: lists,
        $exists: fc.boolean(),
        $regex: patterns,
      },
      { requiredKeys: [], noNullPrototype: true },
    )
    .map((all) => Object.fromEntries(Object.entries(all).slice(0, 2)))
    .filter((some) => Object.keys(some).length > 0)
  return fc.oneof(
    operands,
    operators,
    operators.map(($not) => ({ $not })),
  )
}

/** Filters as apps write them, with any operands. */
export const arbitraryFilter: fc.Arbitrary<FilterObject> = filtersOver(values)

const smallObjects = fc.dictionary(fields, scalars, { maxKeys: 2, noNullPrototype: true })

/** Rows as tables mostly hold them: scalars, arrays of scalars, small objects, arrays of small objects. */
export const arbitraryPlainRow: fc.Arbitrary<Row> = fc.dictionary(
  fields,
  fc.oneof(
    scalars,
    scalars,
    fc.array(scalars, { maxLength: 3 }),
    smallObjects,
    fc.array(smallObjects, { maxLength: 3 }),
  ),
  { maxKeys: 3, noNullPrototype: true },
)

/** Filters as apps mostly write them: over scalars, seldom over small objects. */
export const arbitraryPlainFilter: fc.Arbitrary<FilterObject> = filtersOver(
  fc.oneof({ arbitrary: scalars, weight: 9 }, { arbitrary: smallObjects, weight: 1 }),
)

const leaf: fc.Arbitrary<FilterNode> = fc.oneof(
  fc.record({
    kind: fc.constant('compare' as const),
    path: paths,
    operator: fc.constantFrom('$eq', '$ne', '$gt', '$gte', '$lt', '$lte'),
    value: values,
  }),
  fc.record({
    kind: fc.constant('in' as const),
    path: paths,
    operator: fc.constantFrom('$in', '$nin'),
    values: fc.array(values, { maxLength: 3 }),
  }),
  fc.record({ kind: fc.constant('exists' as const), path: paths, exists: fc.boolean() }),
  fc.record({ kind: fc.constant('regex' as const), path: paths, pattern: patterns }),
)

/** Trees that no filter gives too: empty lists, lists of one, and negations of anything. */
export const { node: arbitraryNode } = fc.letrec<{ node: FilterNode }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc.record({
      kind: fc.constantFrom('and', 'or', 'nor'),
      nodes: fc.array(tie('node'), { maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant('not' as const), node: tie('node') }),
  ),
}))
