import type { Semantics } from '../../contract/capabilities.ts'
import type { Column } from '../../contract/column.ts'
import type { TableInfo } from '../../contract/table.ts'
import { invalidArgument } from '../../errors/storage-error.ts'
import type { Cast } from '../copy-plan.ts'
import type { CheckedCopyOptions } from './copy-table-options.ts'
import { castBetween, type Convert } from './value-cast.ts'

/** What becomes of null, or of a field a row lacks: nothing, a failure, or a value the target keeps instead. */
export type NothingRule = 'keep' | 'refuse' | 'as-null' | 'as-empty'

/** How one column of the source is written. */
export interface MappedColumn {
  /** Its name in the source. */
  readonly from: string
  /** Its name in the target. */
  readonly to: string
  /** Gives the value as the target takes it; undefined where that is the value itself. */
  readonly convert: Convert | undefined
  /** The type it is converted to, for messages. */
  readonly type: string
  /** What becomes of null. */
  readonly whenNull: NothingRule
  /** What becomes of a missing field. */
  readonly whenMissing: NothingRule
}

/** How the rows of the source become rows of the target. */
export interface ColumnMapping {
  /** The columns that are written, in order. */
  readonly columns: readonly MappedColumn[]
  /** What happens to fields no column declares: `pass` writes them, `refuse` fails the row, `drop` leaves them out. */
  readonly undeclared: 'pass' | 'refuse' | 'drop'
  /** Fields that may be left out though others are refused. */
  readonly droppable: ReadonlySet<string>
  /** What is kept in another way. */
  readonly casts: readonly Cast[]
  /** Why it can't be done. */
  readonly problems: readonly string[]
}

/** One end as far as mapping looks at it. */
export interface MappedEnd {
  /** The table; of a target that isn't there, as it would be made. */
  readonly info: Pick<TableInfo, 'columns' | 'undeclaredFields'>
  /** What its stored values mean. */
  readonly semantics: Semantics
}

/** Finds out how rows of one table become rows of the other. */
export function mapColumns(source: MappedEnd, target: MappedEnd, options: CheckedCopyOptions): ColumnMapping {
  const mapper = new Mapper(source, target, options)
  for (const column of selectedColumns(source.info, options)) mapper.add(column)
  return mapper.finish()
}

/** A column as it is asked for: a declared one, or a field that none declares. */
export type SelectedColumn = Column | { readonly name: string; readonly type: undefined }

/** Gives the columns that are copied, in order. */
export function selectedColumns(
  { columns }: Pick<TableInfo, 'columns'>,
  options: Pick<CheckedCopyOptions, 'columns'>,
): readonly SelectedColumn[] {
  if (options.columns === undefined) return columns
  const byName = new Map(columns.map((column) => [column.name, column]))
  return options.columns.map((name) => byName.get(name) ?? { name, type: undefined })
}

/**
 * Checks that the columns that are asked for are there, or may be.
 *
 * @throws {@link StorageError} `invalid-argument` for one that can't be
 */
export function checkSelected(info: MappedEnd['info'], options: Pick<CheckedCopyOptions, 'columns'>): void {
  if (info.undeclaredFields === 'keep') return
  const unknown = selectedColumns(info, options).find(({ type }) => type === undefined)
  if (unknown === undefined) return
  const known = info.columns.map(({ name }) => name).join(', ')
  throw invalidArgument(`the source has no column "${unknown.name}": it has ${known}`, { column: unknown.name })
}

/** Gives a column's name in the target. */
export function targetName(name: string, { rename }: Pick<CheckedCopyOptions, 'rename'>): string {
  return rename !== undefined && Object.hasOwn(rename, name) ? (rename[name] ?? name) : name
}

class Mapper {
  readonly #source: MappedEnd
  readonly #target: MappedEnd
  readonly #options: CheckedCopyOptions
  readonly #columns: MappedColumn[] = []
  readonly #casts: Cast[] = []
  readonly #problems: string[] = []
  readonly #targetColumns: ReadonlyMap<string, Column>

  constructor(source: MappedEnd, target: MappedEnd, options: CheckedCopyOptions) {
    this.#source = source
    this.#target = target
    this.#options = options
    this.#targetColumns = new Map(target.info.columns.map((column) => [column.name, column]))
  }

  add(column: SelectedColumn): void {
    const to = targetName(column.name, this.#options)
    const there = this.#targetColumns.get(to)
    if (there !== undefined) this.#map(column, there)
    else if (this.#target.info.undeclaredFields === 'keep') this.#pass(column.name, to)
    else this.#leaveOut(column)
  }

  finish(): ColumnMapping {
    this.#checkNames()
    this.#checkRequired()
    const undeclared = this.#undeclaredFields()
    return {
      columns: this.#columns,
      undeclared,
      droppable: new Set(this.#options.allowLossy === true ? [] : this.#options.allowLossy),
      casts: this.#casts,
      problems: this.#problems,
    }
  }

  #pass(from: string, to: string): void {
    this.#columns.push({ from, to, convert: undefined, type: 'value', whenNull: 'keep', whenMissing: 'keep' })
  }

  #leaveOut({ name, type }: SelectedColumn): void {
    const why = 'the target has no such column and refuses other fields'
    this.#casts.push({ column: name, from: type ?? 'any', to: 'nothing', kind: 'lossy', why })
    if (this.#isAllowed(name)) return
    const advice = 'copy without it by columns, name it otherwise by rename, or leave it out by allowLossy'
    this.#problems.push(`column "${name}" can't be kept, ${why}: ${advice}`)
  }

  #map(column: SelectedColumn, there: Column): void {
    const { name } = column
    const isAllowed = this.#isAllowed(name)
    const cast = column.type === undefined ? undefined : castBetween(column.type, there.type)
    if (cast === 'impossible') {
      this.#problems.push(
        `column "${name}" is a ${column.type} and the target's is a ${there.type}: copy without it by columns`,
      )
      return
    }
    const nothing = this.#nothingRules(column, there, isAllowed)
    const isChecked = cast?.kind === 'checked' || nothing.why !== undefined
    const convert = cast === undefined ? undefined : isAllowed ? cast.convertLoosely : cast.convert
    this.#columns.push({ from: name, to: there.name, convert, type: there.type, ...nothing.rules })
    if (cast === undefined && nothing.why === undefined && there.name === name) return
    const kind = !isChecked ? 'exact' : isAllowed ? 'lossy' : 'checked'
    const whys = [
      there.name === name ? undefined : `it is called "${there.name}" there`,
      whyCast(cast?.kind, there, isAllowed),
      nothing.why,
    ]
    const why = whys.filter((one) => one !== undefined).join('; ')
    this.#casts.push({ column: name, from: column.type ?? 'any', to: there.type, kind, why })
  }

  #nothingRules(
    column: SelectedColumn,
    there: Column,
    isAllowed: boolean,
  ): { readonly rules: Pick<MappedColumn, 'whenNull' | 'whenMissing'>; readonly why: string | undefined } {
    const { keepsNulls } = this.#source.semantics
    const isRequired = column.type !== undefined && column.required
    const mayBeMissing = !isRequired && keepsNulls
    const mayBeNull = !isRequired && (keepsNulls || column.type !== 'string')
    if (there.required && (mayBeNull || mayBeMissing)) {
      return { rules: { whenNull: 'refuse', whenMissing: 'refuse' }, why: 'every row needs a value there' }
    }
    const hasNothing = mayBeNull || mayBeMissing || column.type === undefined
    if (this.#target.semantics.keepsNulls || !hasNothing)
      return { rules: { whenNull: 'keep', whenMissing: 'keep' }, why: undefined }
    const isText = there.type === 'string'
    const rule = isAllowed ? (isText ? 'as-empty' : 'as-null') : 'refuse'
    const whenNull = isText ? rule : 'keep'
    const why =
      isText && (mayBeNull || mayBeMissing)
        ? `nothing and the empty text are one there: null ${isAllowed ? 'becomes the empty text' : 'is refused'}`
        : mayBeMissing
          ? `null and a missing field are one there: a missing field ${isAllowed ? 'becomes null' : 'is refused'}`
          : undefined
    return { rules: { whenNull, whenMissing: rule }, why }
  }

  #isAllowed(name: string): boolean {
    const { allowLossy } = this.#options
    return allowLossy === true || (allowLossy?.includes(name) ?? false)
  }

  #checkNames(): void {
    const seen = new Set<string>()
    for (const { to } of this.#columns) {
      if (seen.has(to)) this.#problems.push(`two columns would be called "${to}" in the target: change rename`)
      seen.add(to)
    }
    if (this.#columns.length === 0 && this.#problems.length === 0) this.#problems.push('no column is left to copy')
    for (const name of Object.keys(this.#options.rename ?? {})) {
      if (this.#columns.some(({ from }) => from === name)) continue
      this.#problems.push(`rename names "${name}", which is not copied`)
    }
  }

  #checkRequired(): void {
    const written = new Set(this.#columns.map(({ to }) => to))
    for (const { name, required } of this.#target.info.columns) {
      if (required && !written.has(name)) {
        this.#problems.push(`the target's column "${name}" needs a value in every row, and nothing is copied to it`)
      }
    }
  }

  #undeclaredFields(): ColumnMapping['undeclared'] {
    const { columns, allowLossy } = this.#options
    if (columns !== undefined) return 'drop'
    if (this.#source.info.undeclaredFields === 'refuse') return 'pass'
    if (this.#target.info.undeclaredFields === 'keep') return 'pass'
    const kind = allowLossy === true ? 'lossy' : 'checked'
    const why = `the target keeps declared columns only: a row with another field ${kind === 'lossy' ? 'loses it' : 'is refused'}`
    this.#casts.push({ column: '*', from: 'undeclared fields', to: 'nothing', kind, why })
    return allowLossy === true ? 'drop' : 'refuse'
  }
}

function whyCast(kind: Cast['kind'] | undefined, { type }: Column, isAllowed: boolean): string | undefined {
  if (kind === undefined) return undefined
  if (kind === 'exact') return 'values are written as text'
  return isAllowed
    ? `texts become ${type} values, in whatever form they are`
    : `texts become ${type} values, and one that would change is refused`
}
