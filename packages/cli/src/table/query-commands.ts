import type { Command } from 'commander'
import type { Filter, FindOptions, Row } from 'stowage'
import type { CommandContext } from '../command-context.ts'
import { printFacts } from '../output/print-facts.ts'
import { printRows } from '../output/print-rows.ts'
import { addVerb, type CommonOptions, countOption } from '../verb.ts'
import { withTable } from './with-table.ts'

interface QueryOptions extends CommonOptions {
  readonly sort?: string
  readonly select?: string
  readonly limit?: number
  readonly offset?: number
}

/** Adds the verbs that read rows. */
export function addQueries(noun: Command, context: CommandContext): void {
  const find = addVerb(noun, {
    usage: 'find <table> [filter]',
    description: 'the rows that match; with --json one JSON document a line',
    example: `stowage table find crm/customers '{balance: {$gte: 1000}}' --sort '{balance: -1}' --limit 20`,
  })
  addQueryOptions(find).action((text: string, filter: string | undefined, options: QueryOptions) =>
    withTable(context, options, text, async (table) => {
      const rows = table.find(await readFilter(filter), await readQuery(options))
      await printRows(context, rows.batches(), options.json)
    }),
  )
  const explain = addVerb(noun, {
    usage: 'explain <table> [filter]',
    description: 'what the backend does of a query, and what is done here',
    example: `stowage table explain lake:in.c-main/orders '{total: {$gt: 5}}'`,
  })
  addQueryOptions(explain).action((text: string, filter: string | undefined, options: QueryOptions) =>
    withTable(context, options, text, async (table) =>
      printFacts(context, await table.explain(await readFilter(filter), await readQuery(options)), options.json),
    ),
  )
  addCount(noun, context)
  addPreview(noun, context)
}

function addQueryOptions(verb: Command): Command {
  return verb
    .option('--sort <text>', 'in which order, such as {balance: -1, id: 1}')
    .option('--select <text>', 'which fields, such as {id: 1, name: 1} or ["id", "name"]')
    .addOption(countOption('--limit <rows>', 'at most so many rows'))
    .addOption(countOption('--offset <rows>', 'leave out so many rows first'))
}

function addCount(noun: Command, context: CommandContext): void {
  addVerb(noun, {
    usage: 'count <table> [filter]',
    description: 'how many rows match',
    example: `stowage table count crm/customers '{balance: {$lt: 0}}'`,
  }).action((text: string, filter: string | undefined, options: CommonOptions) =>
    withTable(context, options, text, async (table) => {
      const { count, receipt } = await table.count(await readFilter(filter))
      if (options.json) printFacts(context, { count, receipt }, true)
      else context.out(`${count}\n`)
    }),
  )
}

function addPreview(noun: Command, context: CommandContext): void {
  addVerb(noun, {
    usage: 'preview <table>',
    description: "some rows to look at, in the backend's own order",
    example: 'stowage table preview lake:in.c-main/orders --limit 10',
  })
    .addOption(countOption('--limit <rows>', 'how many, at most 1,000').default(20))
    .action((text: string, options: CommonOptions & { readonly limit: number }) =>
      withTable(context, options, text, async (table) => {
        const rows = await table.preview({ limit: options.limit })
        await printRows(context, only(rows), options.json)
      }),
    )
}

// oxlint-disable-next-line typescript/require-await -- rows are printed as they come
async function* only(rows: readonly Row[]): AsyncGenerator<readonly Row[], void, undefined> {
  yield rows
}

/** Reads a filter as people write it; none matches every row. */
export async function readFilter(text: string | undefined): Promise<Filter | undefined> {
  if (text === undefined) return undefined
  const { parseFilterText } = await import('stowage/filter-text')
  return parseFilterText(text)
}

async function readQuery({ sort, select, limit, offset }: QueryOptions): Promise<FindOptions> {
  const options = { limit, offset }
  if (sort === undefined && select === undefined) return options
  const { parseProjectionText, parseSortText } = await import('stowage/filter-text')
  return {
    ...options,
    ...(sort === undefined ? {} : { sort: await parseSortText(sort) }),
    ...(select === undefined ? {} : { projection: await parseProjectionText(select) }),
  }
}
