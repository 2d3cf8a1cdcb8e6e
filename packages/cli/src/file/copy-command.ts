import type { Command } from 'commander'
import type { CopyFilesResult, CopyOutcome, FileSet, Storage } from 'stowage'
import type { CommandContext } from '../command-context.ts'
import { addCopyOptions, type CopyChoice, toCopyCall } from '../copy/copy-options.ts'
import { printCasts, printPlan } from '../copy/print-plan.ts'
import { withStorages } from '../copy/with-storages.ts'
import { printFacts } from '../output/print-facts.ts'
import { printLine } from '../output/print-line.ts'
import { byteText, watched } from '../output/progress-line.ts'
import { addChange } from '../verb.ts'
import { addressOf, type CopyPlace, readPlaces } from './copy-place.ts'

/** What `file copy` may be told. */
export interface FilesChoice extends CopyChoice {
  readonly keepGoing: boolean
}

/** Adds `stowage file copy`. */
export function addFilesCopy(noun: Command, context: CommandContext): void {
  const verb = addChange(noun, {
    usage: 'copy <source-files> <target-files>',
    description:
      'copy a file, or all below a prefix or in a bucket that ends in /, on any two backends; --dry-run prints the plan',
    example: 'stowage file copy dev:photos/2026/ cams:door/ --mode skip-existing --resume copy.journal',
  })
  addCopyOptions(verb, 'of contentType, metadata, tags and expiresAt')
    .option('--keep-going', 'copy the others when a file fails', false)
    .action((source: string, target: string, choice: FilesChoice) => {
      const [from, to] = readPlaces(source, target)
      const subjects = [
        { ...from, what: 'file' },
        { backend: to.backend, bucket: to.bucket },
      ] as const
      return withStorages(context, choice, subjects, (a, b) =>
        copy(context, [setOf(a, from), setOf(b, to)], choice, [addressOf(from), addressOf(to)]),
      )
    })
}

function setOf(storage: Storage, { bucket, name, isPrefix }: CopyPlace): FileSet {
  return isPrefix ? { bucket: storage.bucket(bucket), prefix: name } : { bucket: storage.bucket(bucket), key: name }
}

async function copy(
  context: CommandContext,
  [source, target]: readonly [FileSet, FileSet],
  choice: FilesChoice,
  [from, to]: readonly [string, string],
): Promise<void> {
  const { copyFiles, planFilesCopy } = await import('stowage')
  const options = { ...toCopyCall(context, choice), onError: choice.keepGoing ? 'continue' : 'stop' } as const
  if (choice.dryRun) {
    const plan = await planFilesCopy(source, target, options)
    return printPlan(context, { ...plan, source: from, target: to }, choice)
  }
  const result = await watched(context, copyFiles(source, target, { ...options, expect: choice.expect }), 'file')
  if (choice.json) printFacts(context, { ...result, failures: result.failures.map(toJson) }, true)
  else printResult(context, result, `from ${from} to ${to}`)
  const [failed] = result.failures
  if (failed !== undefined) throw failed.error ?? new Error(`${failed.key} failed`)
}

function printResult(context: CommandContext, result: CopyFilesResult, way: string): void {
  const { copied, skipped, resumed, deleted, bytes, failed, failures, casts } = result
  printLine(context, `${filesText(copied)} (${byteText(bytes)}) copied ${way}`)
  if (skipped > 0)
    printLine(context, `${filesText(skipped)} left alone, as ${skipped === 1 ? 'it is' : 'they are'} there already`)
  if (resumed > 0) printLine(context, `${filesText(resumed)} copied before, by the journal`)
  if (deleted > 0) printLine(context, `${filesText(deleted)} deleted that only the target had`)
  printCasts(context, casts)
  for (const { key, error } of failures) printLine(context, `failed: ${key}: ${error?.message ?? ''}`)
  if (failed > failures.length) printLine(context, `failed: ${failed - failures.length} more`)
}

function filesText(count: number): string {
  return `${count} ${count === 1 ? 'file' : 'files'}`
}

// An error as JSON has no message.
function toJson({ error, ...outcome }: CopyOutcome): object {
  return { ...outcome, error: error?.message }
}
