import { resolve } from 'node:path'
import { type Command, Option } from 'commander'
import type { Filter, LoadFormat, Table, WriteMode } from 'stowage'
import type { CommandContext } from '../command-context.ts'
import { printFacts } from '../output/print-facts.ts'
import { printLine, printWould } from '../output/print-line.ts'
import { watched } from '../output/progress-line.ts'
import { UsageError } from '../usage-error.ts'
import { addChange, type ChangeOptions, listOption } from '../verb.ts'
import { countText, writtenText } from './change-commands.ts'
import { readFilter } from './query-commands.ts'
import { withTable } from './with-table.ts'

/** Adds the verbs that move many rows between tables and files. */
export function addMoves(noun: Command, context: CommandContext): void {
  addLoad(noun, context)
  addExport(noun, context)
}

interface LoadOptions extends ChangeOptions {
  readonly mode: WriteMode
  readonly format?: Exclude<LoadFormat, 'rows'>
}

function addLoad(noun: Command, context: CommandContext): void {
  addChange(noun, {
    usage: 'load <table> <source>',
    description: 'load a CSV, JSON lines or JSON file as one unit; - reads standard input',
    example: 'stowage table load crm/customers customers.csv --mode upsert',
  })
    .addOption(
      new Option('--mode <mode>', 'how rows meet those that are there')
        .choices(['append', 'upsert', 'replace'])
        .default('append'),
    )
    .addOption(
      new Option('--format <format>', "the source's (default: by its ending)").choices(['csv', 'json-lines', 'json']),
    )
    .action((text: string, source: string, options: LoadOptions) =>
      withTable(context, options, text, async (table) => {
        const { mode, format } = options
        if (source === '-' && format === undefined)
          throw new UsageError('say what standard input holds: --format csv, json-lines or json')
        if (options.dryRun) {
          const { rowCount } = await table.info()
          const meets = rowCount === undefined ? '' : `, which has ${rowCount} rows`
          return printWould(context, options, `load ${source} into ${table.bucketName}/${table.name}${meets}: ${mode}`)
        }
        const from = source === '-' ? context.input() : resolve(context.cwd, source)
        const result = await watched(context, table.load(from, { mode, format }))
        if (options.json) printFacts(context, result, true)
        else printLine(context, writtenText(result))
      }),
    )
}

interface ExportOptions extends ChangeOptions {
  readonly filter?: string
  readonly columns?: readonly string[]
  readonly changedSince?: Date
  readonly format?: 'csv' | 'json-lines'
  readonly overwrite: boolean
}

function addExport(noun: Command, context: CommandContext): void {
  addChange(noun, {
    usage: 'export <table> <target>',
    description: 'write rows to a file as CSV or JSON lines; - writes to standard output',
    example: `stowage table export crm/customers vip.csv --filter '{balance: {$gte: 1000}}'`,
  })
    .option('--filter <text>', 'which rows (default: all)')
    .addOption(listOption('--columns <list>', 'which columns, in this order (default: the declared ones)'))
    .addOption(new Option('--changed-since <instant>', 'only rows written at or after it').argParser(readInstant))
    .addOption(new Option('--format <format>', "the target's (default: by its ending)").choices(['csv', 'json-lines']))
    .option('--overwrite', 'replace a file that is there', false)
    .action((text: string, target: string, { filter: filterText, ...options }: ExportOptions) =>
      withTable(context, options, text, async (table) => {
        const { columns, changedSince, format, overwrite } = options
        const filter = await readFilter(filterText)
        if (options.dryRun)
          return printWould(context, options, `export ${await countedText(table, filter)} to ${target}`)
        const to = target === '-' ? context.write : resolve(context.cwd, target)
        const transfer = table.export(to, { filter, columns, changedSince, format, overwrite })
        const result = await watched(context, transfer)
        // Standard output holds the rows then.
        const report = target === '-' ? { ...context, out: context.error } : context
        if (options.json) printFacts(report, result, true)
        else printLine(report, `${countText(result.rows, 'exported')}, ${result.sizeBytes} bytes`)
      }),
    )
}

async function countedText(table: Table, filter: Filter | undefined): Promise<string> {
  const { rowCount } = filter === undefined ? await table.info() : { rowCount: (await table.count(filter)).count }
  return `${rowCount === undefined ? 'the' : rowCount} rows of ${table.bucketName}/${table.name}`
}

function readInstant(text: string): Date {
  const instant = new Date(text)
  if (Number.isNaN(instant.getTime()))
    throw new UsageError(`${JSON.stringify(text)} is no instant: write one such as 2026-11-20T00:00:00Z`)
  return instant
}
