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
import type { RowOrigin } from './row-origin.ts'
import { journalProblems, keyProblems, readBackProblems } from './copy-problems.ts'
import { createTarget, definedInfo, defineTarget, missingParts } from './target-definition.ts'

/** Both ends of a copy and how it is to be done. */
export interface TableCopy {
  /** Where rows come from. */
  readonly source: RowOrigin
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
  source.check(target)
  const problems = collectErrors(() => checkTarget(copy))
  const canLook = target.session.driver.capabilities.operations['tables.get'] !== undefined
  const there = canLook ? await lookUp(target, call) : undefined
  const sourceInfo = await source.look(there, call)
  problems.push(...collectErrors(() => checkSelected(sourceInfo, options)))
  const made = there === undefined ? tryDefine(copy, sourceInfo, problems) : undefined
  if (there === undefined && !options.create) problems.push(missing(target))
  if (canLook && there === undefined) problems.push(...(await bucketProblems(target, call)))
  const targetInfo = there ?? definedInfo(target, made ?? emptyDefinition)
  const loadMode = began?.loadMode ?? loadModeOf(options.mode, sourceInfo, made)
  problems.push(...collectErrors(() => emulatedMode(target.session, loadMode, placeOfEnd(target, 'tables.load'))))
  problems.push(...keyProblems(options.mode, targetInfo))
  const mapping = mapEnds(copy, sourceInfo, targetInfo, made !== undefined)
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
  return { ...prepared, targetInfo, mapping: mapEnds(prepared, sourceInfo, targetInfo, true) }
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

function mapEnds(
  { source, target, options }: TableCopy,
  sourceInfo: TableInfo,
  targetInfo: TableInfo,
  isMade: boolean,
): ColumnMapping {
  const mapping = mapColumns(
    { info: sourceInfo, semantics: source.semantics },
    { info: targetInfo, semantics: semanticsOf(target) },
    options,
  )
  return isMade ? { ...mapping, casts: [...mapping.casts, ...missingParts(sourceInfo, targetInfo)] } : mapping
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

function checkTarget({ target, options }: TableCopy): void {
  const require = (name: CapabilityName): void => target.session.require(name, placeOfEnd(target, name))
  require('tables.get')
  const { mode, verify } = options
  if (mode === 'skip-existing' || verify === 'read-back') require('tables.find')
}

/** A table that was just made has no rows to meet; keys that come twice in the source are what an upsert would still have to merge. */
function loadModeOf(mode: CopyMode, source: TableInfo, made: PreparedCopy['definition']): WriteMode {
  if (mode === 'skip-existing') return 'append'
  if (made === undefined) return mode
  const isUnique = source.primaryKey.length > 0 && made.primaryKey.length === source.primaryKey.length
  return mode === 'replace' || isUnique ? 'append' : mode
}

function missing(target: TableEnd): StorageError {
  const message = `the target ${nameOfEnd(target)} isn't there: create it, or leave out create: false`
  const place = { backend: target.session.driver.backend, ...placeOfEnd(target, 'tables.get') }
  return new StorageError({ code: 'not-found', message }, place)
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
