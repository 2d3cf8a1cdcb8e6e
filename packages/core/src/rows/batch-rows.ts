import { invalidArgument } from '../errors/storage-error.ts'
import type { Cell, JsonValue, Row, RowBatch } from './row.ts'

type RowMaker = (cells: readonly Cell[]) => Row

// Beyond this a literal is no faster than assignments, and its source grows large.
const maxLiteralColumns = 250
const maxMakers = 64
const makersByArray = new WeakMap<readonly string[], RowMaker>()
const makersByNames = new Map<string, RowMaker>()

/**
 * Gives a batch's rows as plain objects; a missing cell has no key.
 *
 * @throws {@link StorageError} `invalid-argument` when a column is named `__proto__`, which no plain object can hold safely
 */
export function batchToRows(batch: RowBatch): Row[] {
  return batch.rows.map(rowMaker(batch.columns))
}

/** Gives the function that makes a row object of cells in the order of `columns`. */
export function rowMaker(columns: readonly string[]): RowMaker {
  let maker = makersByArray.get(columns)
  if (maker !== undefined) return maker
  const key = JSON.stringify(columns)
  maker = makersByNames.get(key) ?? buildMaker(columns)
  if (makersByNames.size >= maxMakers) makersByNames.clear()
  makersByNames.set(key, maker)
  makersByArray.set(columns, maker)
  return maker
}

function buildMaker(columns: readonly string[]): RowMaker {
  if (columns.includes('__proto__'))
    throw invalidArgument('A column is named __proto__: rename it', { column: '__proto__' })
  // The closure outlives this call, and the array is the caller's.
  const assign = assigningMaker([...columns])
  if (columns.length === 0 || columns.length > maxLiteralColumns) return assign
  return literalMaker(columns, assign) ?? assign
}

function assigningMaker(columns: readonly string[]): RowMaker {
  return (cells) => {
    const row: Record<string, JsonValue> = {}
    for (const [index, name] of columns.entries()) {
      const cell = cells[index]
      if (cell !== undefined) row[name] = cell
    }
    return row
  }
}

/**
 * Builds a row by one object literal, five times as fast as assigning fields. Names get into the source only as JSON
 * strings. Undefined where the process forbids making code from text.
 */
function literalMaker(columns: readonly string[], assign: RowMaker): RowMaker | undefined {
  const names = columns.map((name) => JSON.stringify(name))
  const source = [
    `const ${names.map((_, index) => `c${index} = cells[${index}]`).join(', ')}`,
    `if (${names.map((_, index) => `c${index} === undefined`).join(' || ')}) return assign(cells)`,
    `return { ${names.map((name, index) => `${name}: c${index}`).join(', ')} }`,
  ].join('\n')
  try {
    // oxlint-disable-next-line typescript/no-implied-eval
    const build = new Function('assign', `return (cells) => {\n${source}\n}`) as (assign: RowMaker) => RowMaker
    return build(assign)
  } catch (error) {
    if (error instanceof EvalError) return undefined
    throw error
  }
}
