import { invalidArgument } from '../../errors/storage-error.ts'
import type { CallContext } from '../../driver/call.ts'
import type { Table } from '../../portable/table.ts'
import type { CopyPlan } from '../copy-plan.ts'
import { fingerprintOf } from './copy-fingerprint.ts'
import { copyTable } from './copy-table.ts'
import { checkCopyOptions, type CopyTableOptions, type CopyTableResult } from './copy-table-options.ts'
import { estimateCopy } from './estimate-copy.ts'
import { prepareCopy, type PreparedCopy } from './prepare-copy.ts'
import { nameOfEnd, placeOfEnd } from './table-end.ts'
import { TableOrigin } from './table-origin.ts'

/**
 * Says what {@link copyTable} would do with the same arguments, and changes nothing. Reads a few rows of the source for the sizes.
 *
 * @throws {@link StorageError} `not-found` without the source; what else stands in the way is in the plan's `problems`
 */
export async function planTableCopy(
  source: Table,
  target: Table,
  options: CopyTableOptions = {},
): Promise<CopyPlan<CopyTableResult>> {
  const checked = checkCopyOptions('planTableCopy', options)
  const copy = { source: new TableOrigin(source.end, checked), target: target.end, options: checked }
  if (options.expect !== undefined) throw invalidArgument('a plan is compared with nothing: leave expect out')
  const { signal, timeoutMs } = options
  const place = placeOfEnd(source.end, 'planTableCopy')
  return copy.source.session.run(place, { signal, timeoutMs }, async (call: CallContext) => {
    const prepared = await prepareCopy(copy, call)
    const fingerprint = fingerprintOf(prepared)
    return {
      kind: 'table',
      source: copy.source.name,
      target: nameOfEnd(copy.target),
      mode: copy.options.mode,
      files: undefined,
      ...(await estimateCopy(source.end, prepared, call)),
      casts: prepared.mapping.casts,
      destructive: destructiveSteps(prepared),
      problems: prepared.problems.map(({ message }) => message),
      fingerprint,
      apply: () => copyTable(source, target, { ...options, expect: fingerprint }),
    }
  })
}

function destructiveSteps({ options, target, targetInfo, definition, mapping }: PreparedCopy): string[] {
  const { rowCount } = targetInfo
  if (definition !== undefined || rowCount === 0) return []
  const name = nameOfEnd(target)
  if (options.mode === 'replace') return [`replaces all ${rowCount ?? ''} rows of ${name}`.replace('  ', ' ')]
  if (options.mode !== 'upsert') return []
  const written = new Set(mapping.columns.map(({ to }) => to))
  const lost = targetInfo.columns.map((column) => column.name).filter((column) => !written.has(column))
  const also = lost.length === 0 ? '' : `; they lose what they have in ${lost.join(', ')}`
  return [`replaces rows of ${name} that have the key of a row of the source${also}`]
}
