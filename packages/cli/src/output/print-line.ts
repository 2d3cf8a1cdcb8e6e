import type { CommandContext } from '../command-context.ts'
import { shownText } from './shown-text.ts'

/** Prints one line for people; names in it can do nothing to a terminal. */
export function printLine({ out }: Pick<CommandContext, 'out'>, text: string): void {
  out(`${shownText(text)}\n`)
}

/** Prints what a dry run found: `would delete the bucket photos`, or one JSON document. */
export function printWould(
  context: Pick<CommandContext, 'out'>,
  { json }: { readonly json: boolean },
  would: string,
): void {
  if (json) context.out(`${JSON.stringify({ dryRun: true, would })}\n`)
  else printLine(context, `would ${would}`)
}
