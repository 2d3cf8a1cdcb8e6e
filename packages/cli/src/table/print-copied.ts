import type { CopyTableResult } from 'stowage'
import type { CommandContext } from '../command-context.ts'
import { printCasts } from '../copy/print-plan.ts'
import { printLine } from '../output/print-line.ts'
import { countText } from './change-commands.ts'

/**
 * Says what a copy of rows came to.
 *
 * @param way - from where to where
 */
export function printCopied(context: CommandContext, result: CopyTableResult, way: string): void {
  const { written, skipped, resumedAt, isCreated, casts, verification } = result
  printLine(context, `${countText(written, 'copied')} ${way}${isCreated ? ', which was made' : ''}`)
  if (skipped > 0) printLine(context, countText(skipped, 'left out, as their keys are there already'))
  if (resumedAt > 0) printLine(context, `${resumedAt} of the rows were copied earlier, by the journal`)
  // What was checked held; what was lost is worth a line.
  printCasts(
    context,
    casts.filter(({ kind }) => kind === 'lossy'),
  )
  printLine(context, `checked by ${verification.level}: ${verification.checks.join('; ')}`)
}
