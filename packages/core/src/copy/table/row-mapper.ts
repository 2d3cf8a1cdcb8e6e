import { invalidArgument, type StorageError } from '../../errors/storage-error.ts'
import { shortText } from '../../rows/row-check.ts'
import type { Cell, RowBatch } from '../../rows/row.ts'
import type { ColumnMapping, MappedColumn, NothingRule } from './column-mapping.ts'

/** What is done for one column of a batch. */
interface Step {
  /** Where its cells are; -1 where the batch lacks it. */
  readonly index: number
  readonly column: MappedColumn
  /** Whether a cell may have to be written otherwise. */
  readonly changes: boolean
  /** Whether a cell may be refused. */
  readonly checks: boolean
}

/** What is done with batches of these columns. */
interface BatchPlan {
  /** The columns of the result. */
  readonly columns: readonly string[]
  readonly steps: readonly Step[]
  /** Fields that make a row fail, by where they are. */
  readonly refused: readonly { readonly index: number; readonly name: string }[]
  /** Whether the rows can stay as they are. */
  readonly isSame: boolean
}

/** Turns rows of the source into rows of the target. Names of columns are looked at once for batches that have the same. */
export class RowMapper {
  readonly #mapping: ColumnMapping
  readonly #byName: ReadonlyMap<string, MappedColumn>
  #key: string | undefined
  #plan: BatchPlan | undefined

  constructor(mapping: ColumnMapping) {
    this.#mapping = mapping
    this.#byName = new Map(mapping.columns.map((column) => [column.from, column]))
  }

  /**
   * Gives a batch as the target takes it.
   *
   * @param firstRow - the number of its first row in the source, from 0
   * @throws {@link StorageError} `invalid-argument` with row and column for a value that would change on the way
   */
  map(batch: RowBatch, firstRow: number): RowBatch {
    const plan = this.#planFor(batch.columns)
    for (const { index, name } of plan.refused) checkAbsent(batch, index, name, firstRow)
    for (const step of plan.steps) if (step.checks) checkCells(batch, step, firstRow)
    if (plan.isSame) return { columns: plan.columns, rows: batch.rows }
    const { steps } = plan
    const rows = batch.rows.map((row, number) => steps.map((step) => mapCell(row[step.index], step, firstRow + number)))
    return { columns: plan.columns, rows }
  }

  #planFor(columns: readonly string[]): BatchPlan {
    const key = JSON.stringify(columns)
    if (this.#plan === undefined || key !== this.#key) this.#plan = this.#makePlan(columns)
    this.#key = key
    return this.#plan
  }

  #makePlan(columns: readonly string[]): BatchPlan {
    const { undeclared, droppable } = this.#mapping
    const steps: Step[] = []
    const refused: { index: number; name: string }[] = []
    for (const [index, name] of columns.entries()) {
      const column = this.#byName.get(name)
      if (column !== undefined) steps.push(stepOf(index, column))
      else if (undeclared === 'pass') steps.push(stepOf(index, this.#passed(name)))
      else if (undeclared === 'refuse' && !droppable.has(name)) refused.push({ index, name })
    }
    for (const column of this.#mapping.columns) {
      if (!columns.includes(column.from) && column.whenMissing !== 'keep') steps.push(stepOf(-1, column))
    }
    const isSame = steps.length === columns.length && steps.every(({ index, changes }, at) => index === at && !changes)
    return { columns: steps.map(({ column }) => column.to), steps, refused, isSame }
  }

  #passed(name: string): MappedColumn {
    if (this.#mapping.columns.some(({ to }) => to === name)) {
      throw invalidArgument(
        `rows of the source have a field "${name}", which another column is renamed to: change rename`,
        {
          column: name,
        },
      )
    }
    return { from: name, to: name, convert: undefined, type: 'value', whenNull: 'keep', whenMissing: 'keep' }
  }
}

function stepOf(index: number, column: MappedColumn): Step {
  const { convert, whenNull, whenMissing } = column
  const replaces = (rule: NothingRule): boolean => rule === 'as-null' || rule === 'as-empty'
  return {
    index,
    column,
    changes: convert !== undefined || replaces(whenNull) || replaces(whenMissing),
    checks: whenNull === 'refuse' || whenMissing === 'refuse',
  }
}

function checkAbsent({ rows }: RowBatch, index: number, name: string, firstRow: number): void {
  const row = rows.findIndex((cells) => cells[index] !== undefined)
  if (row === -1) return
  const advice = 'name it in allowLossy to leave it out, or declare it'
  throw misfit(firstRow + row, name, `is a field that no column declares and that the target refuses: ${advice}`)
}

function checkCells({ rows }: RowBatch, { index, column }: Step, firstRow: number): void {
  const [refusesNull, refusesMissing] = [column.whenNull === 'refuse', column.whenMissing === 'refuse']
  for (let row = 0; row < rows.length; row += 1) {
    const cell = rows[row]?.[index]
    if (cell === null ? !refusesNull : cell !== undefined || !refusesMissing) continue
    const has = cell === null ? 'is null' : 'is missing'
    const advice = `name "${column.from}" in allowLossy to copy it all the same where the target can take it`
    throw misfit(firstRow + row, column.from, `${has}, which the target can't keep: ${advice}`)
  }
}

function mapCell(cell: Cell, { column }: Step, row: number): Cell {
  if (cell === null) return nothing(column.whenNull, null)
  if (cell === undefined) return nothing(column.whenMissing, undefined)
  if (column.convert === undefined) return cell
  const value = column.convert(cell)
  if (value === undefined) {
    const shown = shortText(JSON.stringify(cell))
    throw misfit(
      row,
      column.from,
      `is ${shown}, which is no ${column.type} of the same form: change it, or name "${column.from}" in allowLossy`,
    )
  }
  // A text of nothing may become null, which the target may refuse in turn.
  return value
}

function nothing(rule: NothingRule, cell: null | undefined): Cell {
  if (rule === 'as-null') return null
  return rule === 'as-empty' ? '' : cell
}

function misfit(row: number, column: string, problem: string): StorageError {
  return invalidArgument(`row ${row + 1} of the source: ${column} ${problem}`, { row, column })
}
