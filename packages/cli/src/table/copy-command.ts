import type { Command } from 'commander'
import type { CopyTableOptions, CopyTableResult, Table } from 'stowage'
import { itemAddress } from '../address.ts'
import type { CommandContext } from '../command-context.ts'
import { addCopyOptions, type CopyChoice, toCopyCall } from '../copy/copy-options.ts'
import { printCasts, printPlan } from '../copy/print-plan.ts'
import { withStorages } from '../copy/with-storages.ts'
import { printFacts } from '../output/print-facts.ts'
import { printLine } from '../output/print-line.ts'
import { watched } from '../output/progress-line.ts'
import { addChange, countOption, listOption } from '../verb.ts'
import { countText } from './change-commands.ts'
import { readFilter } from './query-commands.ts'

interface TableChoice extends CopyChoice {
  readonly columns?: readonly string[]
  readonly filter?: string
  readonly create: boolean
  readonly batchRows?: number
}

/** Adds `stowage table copy`. */
export function addTableCopy(noun: Command, context: CommandContext): void {
  const verb = addChange(noun, {
    usage: 'copy <source-table> <target-table>',
    description: 'copy rows to another table, on any two backends; --dry-run prints the plan',
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
    .action((source: string, target: string, choice: TableChoice) => copyRows(context, [source, target], choice))
}

async function copyRows(context: CommandContext, texts: readonly [string, string], choice: TableChoice): Promise<void> {
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
  printResult(context, result, `from ${source} to ${target}`)
}

function printResult(context: CommandContext, result: CopyTableResult, way: string): void {
  const { written, skipped, resumedAt, isCreated, casts, verification } = result
  printLine(context, `${countText(written, 'copied')} ${way}${isCreated ? ', which was made' : ''}`)
  if (skipped > 0) printLine(context, countText(skipped, 'left out, as their keys are there already'))
  if (resumedAt > 0) printLine(context, `${resumedAt} of the rows were copied earlier, by the journal`)
  printCasts(context, casts)
  printLine(context, `checked by ${verification.level}: ${verification.checks.join('; ')}`)
}
