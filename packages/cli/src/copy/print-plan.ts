import type { Cast, CopyPlan } from 'stowage'
import type { CommandContext } from '../command-context.ts'
import { printFacts } from '../output/print-facts.ts'
import { printLine } from '../output/print-line.ts'
import { byteText, durationText } from '../output/progress-line.ts'

/** What a dry run was asked for. */
export interface PlanChoice {
  readonly json: boolean
  readonly expect?: string
}

/**
 * Prints what a copy would do. A plan that can't be carried out ends with `unsupported`, and one that isn't the expected one with
 * `conflict`, as the copy would.
 */
export async function printPlan(context: CommandContext, plan: CopyPlan, { json, expect }: PlanChoice): Promise<void> {
  const { problems, fingerprint } = plan
  if (json) printFacts(context, { dryRun: true, ...plan }, true)
  else printForPeople(context, plan)
  const { StorageError } = await import('stowage')
  if (problems.length > 0) {
    const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`
    throw new StorageError({ code: 'unsupported', message: `this can't be copied: the plan has ${count}` })
  }
  if (expect !== undefined && expect !== fingerprint) {
    const message = 'something has changed since the plan that is expected: look at this one'
    throw new StorageError({ code: 'conflict', message })
  }
}

function printForPeople(context: CommandContext, plan: CopyPlan): void {
  const { kind, source, target, mode, rows, files, bytes, requests, seconds, fingerprint } = plan
  printLine(context, `would copy ${kind === 'table' ? 'rows' : 'files'} of ${source} to ${target}`)
  const facts = {
    mode,
    rows,
    files,
    bytes: bytes === undefined ? undefined : `about ${byteText(bytes)}`,
    requests: requests === undefined ? undefined : `about ${requests}`,
    time: seconds === undefined ? undefined : `at least ${durationText(seconds * 1000)}`,
    fingerprint,
  }
  printFacts(context, facts, false)
  printCasts(context, plan.casts)
  for (const step of plan.destructive) printLine(context, `destroys: ${step}`)
  for (const problem of plan.problems) printLine(context, `problem: ${problem}`)
}

/** Prints what the target keeps in another way; what stays exactly as it is says nothing. */
export function printCasts(context: CommandContext, casts: readonly Cast[]): void {
  for (const { column, from, to, kind, why } of casts) {
    if (kind !== 'exact') printLine(context, `${kind}: ${column}, ${from} to ${to}: ${why}`)
  }
}
