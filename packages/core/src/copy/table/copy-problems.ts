import type { TableInfo } from '../../contract/table.ts'
import { invalidArgument, StorageError } from '../../errors/storage-error.ts'
import type { CopyMode } from '../copy-plan.ts'
import type { PreparedCopy } from './prepare-copy.ts'
import { nameOfEnd } from './table-end.ts'
import { canCount } from './target-count.ts'

type Prepared = Omit<PreparedCopy, 'problems'>

/** An upsert, and leaving out what is there, need a key. */
export function keyProblems(mode: CopyMode, { name, primaryKey }: TableInfo): StorageError[] {
  if (primaryKey.length > 0 || (mode !== 'upsert' && mode !== 'skip-existing')) return []
  return [invalidArgument(`${name} has no primary key to tell rows by, which ${mode} needs: set one, or append`)]
}

/** Of rows that share a key the last one stays, and which that is the target alone knows. */
export function readBackProblems({ options, loadMode, sourceInfo, targetInfo, mapping }: Prepared): StorageError[] {
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
export function journalProblems({ target, options, loadMode, targetInfo, definition }: Prepared): StorageError[] {
  if (options.journal === undefined) return []
  const problems: StorageError[] = []
  const isUnkeyed = targetInfo.primaryKey.length === 0
  const hasOthers = definition === undefined && targetInfo.rowCount !== 0 && options.mode !== 'replace'
  if (options.verify === 'read-back' && hasOthers && (isUnkeyed || options.mode === 'skip-existing')) {
    problems.push(sumsNotKept())
  }
  if (isUnkeyed && loadMode === 'append' && !canCount(target)) {
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
