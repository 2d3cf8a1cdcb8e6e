import type { SQLInputValue } from 'node:sqlite'
import type { Column, JsonValue } from '@stowage/core'
import { compileFilter, type FilterNode } from '@stowage/core/driver'
import type { TableEntry } from './catalogue.ts'
import { FieldReader, fieldOf } from './field-reader.ts'
import { encodeCell } from './row-encoder.ts'
import { rowFunction, type RowFunction } from './sql-functions.ts'

/** A filter as SQL. */
export interface FilterSql {
  /** A condition that is true for the rows that match, and otherwise false or NULL; undefined matches every row. */
  readonly condition: string | undefined
  /** Its parameters, in order. */
  readonly parameters: readonly SQLInputValue[]
  /** The row functions it calls by number. */
  readonly functions: readonly RowFunction[]
  /** What JavaScript evaluates, for people: names of fields. */
  readonly inJavaScript: readonly string[]
}

type Leaf = Extract<FilterNode, { readonly path: string }>
type Table = Pick<TableEntry, 'columns' | 'positions' | 'undeclaredFields'>

// SQLite takes 32,766 parameters for a statement; lists longer than this become one JSON parameter.
const maxListParameters = 200
const maxParameters = 20_000
const always = '1'
const never = '0'

/**
 * Compiles a filter to SQL: conditions on declared scalar columns directly, everything else through JavaScript called
 * by SQLite for each row that is left. So the database always takes the whole filter.
 *
 * SQL knows a third truth value. A condition here says "matches" only by being true: NULL counts as false, and every
 * negation is `IS NOT TRUE`, which is never NULL.
 */
export function compileFilterSql(table: Table, filter: FilterNode): FilterSql {
  const compiler = new FilterCompiler(table, maxListParameters)
  const compiled = compiler.compile(filter)
  if (compiled.parameters.length <= maxParameters) return compiled
  return new FilterCompiler(table, 0).compile(filter)
}

class FilterCompiler {
  readonly #table: Table
  readonly #maxList: number
  readonly #parameters: SQLInputValue[] = []
  readonly #functions: RowFunction[] = []
  readonly #inJavaScript: string[] = []

  constructor(table: Table, maxList: number) {
    this.#table = table
    this.#maxList = maxList
  }

  compile(filter: FilterNode): FilterSql {
    const condition = this.#node(filter)
    return {
      condition: condition === always ? undefined : condition,
      parameters: this.#parameters,
      functions: this.#functions,
      inJavaScript: this.#inJavaScript,
    }
  }

  #node(node: FilterNode): string {
    switch (node.kind) {
      case 'and':
        return this.#all(node.nodes)
      case 'or':
        return this.#any(node.nodes)
      case 'nor':
        return negate(this.#any(node.nodes))
      case 'not':
        return negate(this.#node(node.node))
      default:
        return this.#leaf(node)
    }
  }

  #all(nodes: readonly FilterNode[]): string {
    const conditions = this.#group('and', nodes).filter((condition) => condition !== always)
    return conditions.includes(never) && this.#parameters.length === 0 ? never : join(conditions, ' AND ', always)
  }

  #any(nodes: readonly FilterNode[]): string {
    const conditions = this.#group('or', nodes).filter((condition) => condition !== never)
    return conditions.includes(always) && this.#parameters.length === 0 ? always : join(conditions, ' OR ', never)
  }

  /** Conditions of a group; what JavaScript must evaluate comes last and in one call, so that `extra` is parsed once. */
  #group(kind: 'and' | 'or', nodes: readonly FilterNode[]): string[] {
    const script = nodes.filter((node): node is Leaf => 'path' in node && this.#needsScript(node))
    const conditions = nodes.filter((node) => !script.includes(node as Leaf)).map((node) => this.#node(node))
    if (script.length === 0) return conditions
    const fields = new Set(script.map(({ path }) => fieldOf(path)))
    // A function takes a limited number of arguments.
    if (fields.size > 50) return [...conditions, ...script.map((node) => this.#script(node))]
    return [...conditions, this.#script(script.length === 1 ? (script[0] as Leaf) : { kind, nodes: script })]
  }

  #needsScript(leaf: Leaf): boolean {
    const column = this.#column(leaf.path)
    if (column === undefined) return this.#table.undeclaredFields === 'keep'
    if (isScalar(column)) return false
    return !(leaf.kind === 'exists' && !leaf.path.includes('.'))
  }

  #leaf(leaf: Leaf): string {
    const column = this.#column(leaf.path)
    const isField = !leaf.path.includes('.')
    if (column === undefined) {
      return this.#table.undeclaredFields === 'keep' ? this.#script(leaf) : constant(leaf)
    }
    // A scalar has no fields: a path into it leads nowhere, in every row.
    if (!isField && isScalar(column)) return constant(leaf)
    if (isField && leaf.kind === 'exists') return this.#exists(leaf, column)
    return isScalar(column) ? this.#scalar(leaf as Exclude<Leaf, { kind: 'exists' }>, column) : this.#script(leaf)
  }

  #column(path: string): Column | undefined {
    const position = this.#table.positions.get(fieldOf(path))
    return position === undefined ? undefined : this.#table.columns[position]
  }

  #cell(column: Column): string {
    return `c${this.#table.positions.get(column.name)}`
  }

  #exists(leaf: Extract<Leaf, { kind: 'exists' }>, column: Column): string {
    if (column.required) return leaf.exists ? always : never
    // NULL is a missing field, unless `extra` names it.
    const cell = this.#cell(column)
    const condition = `(${cell} IS NOT NULL OR extra IS NOT NULL AND ${this.#script({ ...leaf, exists: true })})`
    return leaf.exists ? condition : negate(condition)
  }

  #scalar(leaf: Exclude<Leaf, { kind: 'exists' }>, column: Column): string {
    switch (leaf.kind) {
      case 'compare':
        return this.#compare(leaf, column)
      case 'in': {
        const condition = this.#oneOf(leaf, column)
        return leaf.operator === '$in' ? condition : negate(condition)
      }
      case 'regex':
        return holdsText(column) ? `${this.#cell(column)} IS NOT NULL AND ${this.#script(leaf)}` : never
    }
  }

  #compare(leaf: Extract<Leaf, { kind: 'compare' }>, column: Column): string {
    const { operator, value } = leaf
    const cell = this.#cell(column)
    if (operator === '$ne') return negate(this.#compare({ ...leaf, operator: '$eq' }, column))
    if (value === null) return operator === '$gt' || operator === '$lt' ? never : `${cell} IS NULL`
    if (!isOfType(column, value)) return never
    if (!isWellFormed(value)) return operator === '$eq' ? never : this.#script(leaf)
    return `${cell} ${comparisons[operator]} ${this.#parameter(encodeCell(column, value))}`
  }

  #oneOf(leaf: Extract<Leaf, { kind: 'in' }>, column: Column): string {
    const cell = this.#cell(column)
    const values = leaf.values.filter((value) => isOfType(column, value) && isWellFormed(value))
    const conditions = leaf.values.includes(null) ? [`${cell} IS NULL`] : []
    if (values.length > 0) conditions.push(this.#list(cell, column, values, leaf.path))
    return join(conditions, ' OR ', never)
  }

  #list(cell: string, column: Column, values: readonly JsonValue[], path: string): string {
    if (values.length <= this.#maxList) {
      const marks = values.map((value) => this.#parameter(encodeCell(column, value)))
      return `${cell} IN (${marks.join(', ')})`
    }
    const text = JSON.stringify(values)
    if (column.type === 'boolean' || !survivesJson(values, text)) {
      return `${cell} IS NOT NULL AND ${this.#script({ kind: 'in', path, operator: '$in', values })}`
    }
    return `${cell} IN (SELECT value FROM json_each(${this.#parameter(text)}))`
  }

  /** A call of JavaScript that evaluates a part of the filter on the fields it looks at. */
  #script(node: FilterNode): string {
    const matches = compileFilter(node)
    const fields = [...new Set(pathsOf(node).map(fieldOf))]
    const reader = new FieldReader(this.#table, fields, looksForNulls(node))
    this.#inJavaScript.push(fields.join(', '))
    const call = this.#call(reader, (values) => (matches(reader.read(values)) ? 1 : 0))
    if (!reader.needsOnlyExtra) return call
    // Most rows have no undeclared fields, and for those the answer is known.
    return matches({}) ? `(extra IS NULL OR ${call})` : `(extra IS NOT NULL AND ${call})`
  }

  #call(reader: FieldReader, run: RowFunction): string {
    const number = this.#parameter(this.#functions.push(run) - 1)
    return `${rowFunction}(${[number, ...reader.sqlNames].join(', ')})`
  }

  #parameter(value: SQLInputValue): string {
    this.#parameters.push(value)
    return '?'
  }
}

const comparisons = { $eq: '=', $gt: '>', $gte: '>=', $lt: '<', $lte: '<=' } as const

function pathsOf(node: FilterNode): readonly string[] {
  switch (node.kind) {
    case 'and':
    case 'or':
    case 'nor':
      return node.nodes.flatMap(pathsOf)
    case 'not':
      return pathsOf(node.node)
    default:
      return [node.path]
  }
}

/** Tells whether null and missing make a difference: only `$exists` of a whole field asks. */
function looksForNulls(node: FilterNode): boolean {
  switch (node.kind) {
    case 'and':
    case 'or':
    case 'nor':
      return node.nodes.some(looksForNulls)
    case 'not':
      return looksForNulls(node.node)
    default:
      return node.kind === 'exists' && !node.path.includes('.')
  }
}

/** Joins as a balanced tree: SQLite limits how deep expressions nest, and a plain chain is as deep as it is long. */
function join(conditions: readonly string[], operator: ' AND ' | ' OR ', none: string): string {
  const [first] = conditions
  if (first === undefined) return none
  if (conditions.length === 1) return first
  const middle = conditions.length >> 1
  const halves = [conditions.slice(0, middle), conditions.slice(middle)]
  const parts = conditions.length <= 8 ? conditions : halves.map((half) => join(half, operator, none))
  return parts.map((part) => `(${part})`).join(operator)
}

function negate(condition: string): string {
  if (condition === always) return never
  return condition === never ? always : `((${condition}) IS NOT TRUE)`
}

/** What a condition says of a field that no row has. */
function constant(leaf: Leaf): string {
  return compileFilter(leaf)({}) ? always : never
}

function isScalar({ type }: Column): boolean {
  return type !== 'object' && type !== 'array'
}

function holdsText({ type }: Column): boolean {
  return type === 'string' || type === 'timestamp'
}

function isOfType(column: Column, value: JsonValue): boolean {
  return typeof value === (holdsText(column) ? 'string' : column.type)
}

// No stored text has lone surrogates, and SQLite would compare with U+FFFD in their place.
function isWellFormed(value: JsonValue): boolean {
  return typeof value !== 'string' || (value as string & { isWellFormed(): boolean }).isWellFormed()
}

// SQLite ends a text at an escaped NUL and may round the last digit of a fraction; whole numbers are exact.
function survivesJson(values: readonly JsonValue[], text: string): boolean {
  return typeof values[0] === 'number' ? values.every(Number.isSafeInteger) : !text.includes('\\u0000')
}
