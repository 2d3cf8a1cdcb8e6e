import { type Command, Option } from 'commander'
import type { CopyTableOptions, Table } from 'stowage'
import { itemAddress } from '../address.ts'
import type { CommandContext } from '../command-context.ts'
import { addCopyOptions, toCopyCall } from '../copy/copy-options.ts'
import { printPlan } from '../copy/print-plan.ts'
import { withStorages } from '../copy/with-storages.ts'
import { printFacts } from '../output/print-facts.ts'
import { watched } from '../output/progress-line.ts'
import { UsageError } from '../usage-error.ts'
import { addChange, countOption, listOption } from '../verb.ts'
import { copyFromFile, copyToFile } from './copy-with-file.ts'
import { printCopied } from './print-copied.ts'
import { readFilter } from './query-commands.ts'
import type { TableChoice } from './table-choice.ts'

/** Adds `stowage table copy`. */
export function addTableCopy(noun: Command, context: CommandContext): void {
  const verb = addChange(noun, {
    usage: 'copy <source-table> <target-table>',
    description: 'copy rows to another table or a file, on any two backends; --dry-run prints the plan',
    example:
      'stowage table copy dev:crm/customers lake:in.c-main/customers --mode upsert --verify --resume copy.journal',
  })
  addCopyOptions(verb, 'columns')
    .addOption(listOption('--columns <list>', 'which columns (default: all)'))
    .option('--filter <text>', 'which rows (default: all)')
    .addOption(
      countOption(
        '--batch-rows <rows>',
        'with --resume: after how many rows the journal is written (default: 50000)',
        1,
      ),
    )
    .option('--no-create', 'fail when there is no such table at the target, instead of making it')
    .addOption(new Option('--from-file', 'the source is the address of a file').conflicts('toFile').default(false))
    .option('--to-file', 'the target is the address of a file', false)
    .addOption(
      new Option('--format <format>', "with a file: its format (default: by its key's ending)").choices([
        'csv',
        'json-lines',
        'json',
      ]),
    )
    .action((source: string, target: string, choice: TableChoice) => {
      if (choice.toFile) return copyToFile(context, [source, target], choice)
      if (choice.fromFile) return copyFromFile(context, [source, target], choice)
      return copyRows(context, [source, target], choice)
    })
}

async function copyRows(context: CommandContext, texts: readonly [string, string], choice: TableChoice): Promise<void> {
  if (choice.format !== undefined) throw new UsageError('--format goes with --to-file or --from-file: tables have none')
  const [source, target] = [itemAddress(texts[0], 'table'), itemAddress(texts[1], 'table')]
  const { columns, create, batchRows } = choice
  const options = {
    ...toCopyCall(context, choice),
    columns,
    create,
    batchRows,
    filter: await readFilter(choice.filter),
  }
  // A target that isn't there is made: only its bucket can have been mistyped.
  const subjects = [
    { ...source, what: 'table' },
    { backend: target.backend, bucket: target.bucket },
  ] as const
  await withStorages(context, choice, subjects, async (from, to) => {
    const tables = [from.bucket(source.bucket).table(source.name), to.bucket(target.bucket).table(target.name)] as const
    if (choice.dryRun) await planRows(context, tables, options, choice, texts)
    else await moveRows(context, tables, options, choice, texts)
  })
}

type Tables = readonly [Table, Table]
type Texts = readonly [string, string]

async function planRows(
  context: CommandContext,
  tables: Tables,
  options: CopyTableOptions,
  choice: TableChoice,
  [source, target]: Texts,
): Promise<void> {
  const { planTableCopy } = await import('stowage')
  const plan = await planTableCopy(...tables, options)
  await printPlan(context, { ...plan, source, target }, choice)
}

async function moveRows(
  context: CommandContext,
  tables: Tables,
  options: CopyTableOptions,
  { json, expect }: TableChoice,
  [source, target]: Texts,
): Promise<void> {
  const { copyTable } = await import('stowage')
  const result = await watched(context, copyTable(...tables, { ...options, expect }))
  if (json) return printFacts(context, result, true)
  printCopied(context, result, `from ${source} to ${target}`)
}
