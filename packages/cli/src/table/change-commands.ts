import type { Command } from 'commander'
import type { RowInput } from 'stowage'
import type { CommandContext } from '../command-context.ts'
import { printFacts } from '../output/print-facts.ts'
import { printLine, printWould } from '../output/print-line.ts'
import { UsageError } from '../usage-error.ts'
import { addChange, type ChangeOptions, countOption } from '../verb.ts'
import { readFilter } from './query-commands.ts'
import { withTable } from './with-table.ts'

/** Adds the verbs that change rows. */
export function addRowChanges(noun: Command, context: CommandContext): void {
  addInsert(noun, context)
  addUpdate(noun, context)
  addDelete(noun, context)
}

function addInsert(noun: Command, context: CommandContext): void {
  addChange(noun, {
    usage: 'insert <table> <rows>',
    description: 'write rows: one JSON object or an array of them',
    example: `stowage table insert crm/customers '{"id": "c1", "balance": 1200}'`,
  })
    .option('--upsert', 'over the rows with the same primary key', false)
    .action((text: string, given: string, options: ChangeOptions & { readonly upsert: boolean }) => {
      const rows = readRows(given)
      return withTable(context, options, text, async (table) => {
        if (options.dryRun)
          return printWould(context, options, `insert ${rows.length} rows into ${table.bucketName}/${table.name}`)
        const result = await table.insert(rows, { mode: options.upsert ? 'upsert' : 'append' })
        if (options.json) printFacts(context, result, true)
        else printLine(context, `${writtenText(result)}`)
      })
    })
}

function readRows(text: string): RowInput[] {
  const given = parseJson(text)
  const rows = Array.isArray(given) ? given : [given]
  const isRow = (row: unknown): boolean => typeof row === 'object' && row !== null && !Array.isArray(row)
  if (rows.every(isRow)) return rows as RowInput[]
  throw new UsageError('the rows are neither a JSON object nor an array of objects')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new UsageError(
      `${error instanceof Error ? error.message : String(error)}: write JSON, in single quotes for the shell`,
    )
  }
}

interface UpdateOptions extends ChangeOptions {
  readonly all: boolean
  readonly upsert: boolean
}

function addUpdate(noun: Command, context: CommandContext): void {
  addChange(noun, {
    usage: 'update <table> <filter> <update>',
    description: 'change the rows that match, by $set $unset $inc $push $pull',
    example: `stowage table update crm/customers '{id: "c1"}' '{$inc: {balance: 50}}'`,
  })
    .option('--all', 'an empty filter is meant: change every row', false)
    .option('--upsert', 'insert a row when none matches', false)
    .action((text: string, filterText: string, updateText: string, options: UpdateOptions) =>
      withTable(context, options, text, async (table) => {
        const { parseUpdateText } = await import('stowage/filter-text')
        const [filter = {}, update] = await Promise.all([readFilter(filterText), parseUpdateText(updateText)])
        if (options.dryRun) {
          const { count } = await table.count(filter)
          return printWould(context, options, `update ${count} rows of ${table.bucketName}/${table.name}`)
        }
        const result = await table.update(filter, update, { all: options.all, upsert: options.upsert })
        if (options.json) printFacts(context, result, true)
        else printLine(context, `${countText(result.matched, 'matched')}, ${countText(result.modified, 'changed')}`)
      }),
    )
}

interface DeleteOptions extends ChangeOptions {
  readonly all: boolean
  readonly limit?: number
}

function addDelete(noun: Command, context: CommandContext): void {
  addChange(noun, {
    usage: 'delete <table> <filter>',
    description: 'delete the rows that match',
    example: `stowage table delete crm/customers '{closed: true}' --dry-run`,
  })
    .option('--all', 'an empty filter is meant: delete every row', false)
    .addOption(countOption('--limit <rows>', 'at most so many rows'))
    .action((text: string, filterText: string, options: DeleteOptions) =>
      withTable(context, options, text, async (table) => {
        const filter = (await readFilter(filterText)) ?? {}
        const { all, limit } = options
        if (options.dryRun) {
          const { count } = await table.count(filter)
          const wanted = limit === undefined ? count : Math.min(limit, count)
          return printWould(context, options, `delete ${wanted} rows of ${table.bucketName}/${table.name}`)
        }
        const result = await table.delete(filter, { all, limit })
        if (options.json) printFacts(context, result, true)
        else printLine(context, `${countText(result.deleted, 'deleted')}`)
      }),
    )
}

/** Says how many rows something happened to; some backends don't tell. */
export function countText(count: number | undefined, what: string): string {
  return count === undefined
    ? `rows ${what}, the backend doesn't say how many`
    : `${count} ${count === 1 ? 'row' : 'rows'} ${what}`
}

/** Says what a write did. */
export function writtenText({
  inserted,
  updated,
}: {
  readonly inserted: number
  readonly updated: number | undefined
}): string {
  return updated === undefined || updated === 0
    ? countText(inserted, 'written')
    : `${countText(inserted, 'inserted')}, ${countText(updated, 'updated')}`
}
