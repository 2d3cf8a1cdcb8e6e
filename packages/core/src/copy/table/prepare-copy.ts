import type { CapabilityName } from '../../contract/capabilities.ts'
import type { TableInfo, WriteMode } from '../../contract/table.ts'
import type { CallContext } from '../../driver/call.ts'
import type { CreateTableRequest } from '../../driver/table-driver.ts'
import { invalidArgument, StorageError } from '../../errors/storage-error.ts'
import { emulatedMode } from '../../portable/load-table.ts'
import type { CopyMode } from '../copy-plan.ts'
import { checkSelected, type ColumnMapping, mapColumns } from './column-mapping.ts'
import type { CheckedCopyOptions } from './copy-table-options.ts'
import { atEnd, lookUp, nameOfEnd, placeOfEnd, semanticsOf, type TableEnd } from './table-end.ts'
import { createTarget, definedInfo, defineTarget } from './target-definition.ts'

/** Both ends of a copy and how it is to be done. */
export interface TableCopy {
  /** Where rows come from. */
  readonly source: TableEnd
  /** Where they go. */
  readonly target: TableEnd
  /** The checked options. */
  readonly options: CheckedCopyOptions
}

/** A copy of which all is known but the rows. */
export interface PreparedCopy extends TableCopy {
  /** The source. */
  readonly sourceInfo: TableInfo
  /** The target; as it would be made where it isn't there. */
  readonly targetInfo: TableInfo
  /** How the target would be made; undefined where it is there. */
  readonly definition: Omit<CreateTableRequest, 'bucket' | 'table'> | undefined
  /** How rows become rows of the target. */
  readonly mapping: ColumnMapping
  /** How rows are loaded: into a table that was just made they are only ever appended, which more backends can do. */
  readonly loadMode: WriteMode
  /** Why it can't be done, first things first. */
  readonly problems: readonly StorageError[]
}

/**
 * Looks at both ends and finds out how rows are to be copied. Changes nothing.
 *
 * @param began - how rows were loaded before, by a copy that goes on
 * @throws {@link StorageError} `not-found` without the source; what else is wrong is in the result's problems
 */
export async function prepareCopy(
  copy: TableCopy,
  call: CallContext,
  began?: Pick<PreparedCopy, 'loadMode'>,
): Promise<PreparedCopy> {
  const { source, target, options } = copy
  source.session.require('tables.get', placeOfEnd(source, 'tables.get'))
  const problems = collectErrors(() => checkEnds(copy))
  const sourceInfo = await lookUp(source, call)
  if (sourceInfo === undefined) throw missing(source, 'the source', 'check its name')
  problems.push(...collectErrors(() => checkSelected(sourceInfo, options)))
  const canLook = target.session.driver.capabilities.operations['tables.get'] !== undefined
  const there = canLook ? await lookUp(target, call) : undefined
  const made = there === undefined ? tryDefine(copy, sourceInfo, problems) : undefined
  if (there === undefined && !options.create)
    problems.push(missing(target, 'the target', 'create it, or leave out create: false'))
  if (canLook && there === undefined) problems.push(...(await bucketProblems(target, call)))
  const targetInfo = there ?? definedInfo(target, made ?? emptyDefinition)
  const loadMode = began?.loadMode ?? loadModeOf(options.mode, sourceInfo, made)
  problems.push(...collectErrors(() => emulatedMode(target.session, loadMode, placeOfEnd(target, 'tables.load'))))
  problems.push(...keyProblems(options.mode, targetInfo))
  const mapping = mapEnds(copy, sourceInfo, targetInfo)
  // Without a definition there is nothing to map to, and the reason is among the problems.
  if (there !== undefined || made !== undefined)
    problems.push(...mapping.problems.map((problem) => invalidArgument(problem)))
  const prepared = { ...copy, sourceInfo, targetInfo, definition: made, mapping, loadMode, problems }
  problems.push(...readBackProblems(prepared))
  if (began === undefined) problems.push(...journalProblems(prepared))
  return prepared
}

/** Makes the target where it isn't there. */
export async function ensureTarget(prepared: PreparedCopy, call: CallContext): Promise<PreparedCopy> {
  const { target, definition, sourceInfo } = prepared
  if (definition === undefined) return prepared
  const targetInfo = await createTarget(target, definition, call)
  return { ...prepared, targetInfo, mapping: mapEnds(prepared, sourceInfo, targetInfo) }
}

async function bucketProblems(target: TableEnd, call: CallContext): Promise<StorageError[]> {
  const { session, request } = target
  const { bucket } = request
  if (session.driver.capabilities.operations['buckets.get'] === undefined) return []
  try {
    await atEnd(target, 'buckets.get', call.signal, () => session.driver.buckets.get({ bucket }, call))
    return []
  } catch (error) {
    if (StorageError.is(error, 'not-found')) return [error]
    throw error
  }
}

function mapEnds({ source, target, options }: TableCopy, sourceInfo: TableInfo, targetInfo: TableInfo): ColumnMapping {
  return mapColumns(
    { info: sourceInfo, semantics: semanticsOf(source) },
    { info: targetInfo, semantics: semanticsOf(target) },
    options,
  )
}

const emptyDefinition = {
  columns: [],
  primaryKey: [],
  indexes: [],
  undeclaredFields: 'keep',
  description: undefined,
} as const

function tryDefine(
  { source, target, options }: TableCopy,
  sourceInfo: TableInfo,
  problems: StorageError[],
): PreparedCopy['definition'] {
  try {
    if (options.create) target.session.require('tables.create', placeOfEnd(target, 'tables.create'))
    return defineTarget(source, sourceInfo, target, options)
  } catch (error) {
    if (!StorageError.is(error)) throw error
    problems.push(error)
    return undefined
  }
}

function checkEnds({ source, target, options }: TableCopy): void {
  const require = (end: TableEnd, name: CapabilityName): void => end.session.require(name, placeOfEnd(end, name))
  require(source, 'tables.find')
  require(target, 'tables.get')
  const { mode, verify } = options
  if (mode === 'skip-existing' || verify === 'read-back') require(target, 'tables.find')
  const isSame =
    source.session.driver === target.session.driver &&
    source.request.bucket === target.request.bucket &&
    source.request.table === target.request.table
  if (isSame) throw invalidArgument('source and target are the same table: choose another target')
}

/** A table that was just made has no rows to meet; keys that come twice in the source are what an upsert would still have to merge. */
function loadModeOf(mode: CopyMode, source: TableInfo, made: PreparedCopy['definition']): WriteMode {
  if (mode === 'skip-existing') return 'append'
  if (made === undefined) return mode
  const isUnique = source.primaryKey.length > 0 && made.primaryKey.length === source.primaryKey.length
  return mode === 'replace' || isUnique ? 'append' : mode
}

function keyProblems(mode: CopyMode, { name, primaryKey }: TableInfo): StorageError[] {
  if (primaryKey.length > 0 || (mode !== 'upsert' && mode !== 'skip-existing')) return []
  return [invalidArgument(`${name} has no primary key to tell rows by, which ${mode} needs: set one, or append`)]
}

/** Of rows that share a key the last one stays, and which that is the target alone knows. */
function readBackProblems({ options, loadMode, sourceInfo, targetInfo, mapping }: PreparedCopy): StorageError[] {
  if (options.verify !== 'read-back' || loadMode !== 'upsert') return []
  const byName = new Map(mapping.columns.map((column) => [column.from, column]))
  const isUnique =
    sourceInfo.primaryKey.length > 0 &&
    sourceInfo.primaryKey.every((name) => {
      const column = byName.get(name)
      return column !== undefined && column.convert === undefined && targetInfo.primaryKey.includes(column.to)
    })
  if (isUnique) return []
  const why = 'rows of the source may share a key of the target, and the last of them stays'
  return [invalidArgument(`an upsert can't be read back here, ${why}: verify by "digest"`)]
}

/** What a copy that goes on after a crash has to be able to find out. */
function journalProblems({ target, options, loadMode, targetInfo, definition }: PreparedCopy): StorageError[] {
  if (options.journal === undefined) return []
  const problems: StorageError[] = []
  const isUnkeyed = targetInfo.primaryKey.length === 0
  const hasOthers = definition === undefined && targetInfo.rowCount !== 0 && options.mode !== 'replace'
  if (options.verify === 'read-back' && hasOthers && (isUnkeyed || options.mode === 'skip-existing')) {
    problems.push(sumsNotKept())
  }
  const canCount = target.session.driver.capabilities.operations['tables.count']?.kind === 'native'
  if (isUnkeyed && loadMode === 'append' && !canCount) {
    const message = `${nameOfEnd(target)} has no primary key and its rows can't be counted, so a chunk in doubt could not be told: set a key, or copy without a journal`
    problems.push(new StorageError({ code: 'unsupported', message }))
  }
  return problems
}

/** Says why a copy with a journal can't be read back. */
export function sumsNotKept(): StorageError {
  const why = 'its rows can not be told from those the target has, and a journal keeps no sums of these'
  return invalidArgument(`this copy can't be read back, ${why}: verify by "digest", or copy without a journal`)
}

function missing(end: TableEnd, what: string, advice: string): StorageError {
  const message = `${what} ${nameOfEnd(end)} isn't there: ${advice}`
  return new StorageError(
    { code: 'not-found', message },
    { backend: end.session.driver.backend, ...placeOfEnd(end, 'tables.get') },
  )
}

function collectErrors(check: () => unknown): StorageError[] {
  try {
    check()
    return []
  } catch (error) {
    if (StorageError.is(error)) return [error]
    throw error
  }
}
