import type { Command } from 'commander'
import type { TableInfo } from 'stowage'
import { bucketAddress } from '../address.ts'
import type { CommandContext } from '../command-context.ts'
import { withStorage } from '../open-address.ts'
import { printFacts } from '../output/print-facts.ts'
import { printLine, printWould } from '../output/print-line.ts'
import { printList } from '../output/print-list.ts'
import { shownText } from '../output/shown-text.ts'
import { textTable } from '../output/text-table.ts'
import { addChange, addNoun, addVerb, type ChangeOptions, type CommonOptions, listOption } from '../verb.ts'
import { addTableCopy } from './copy-command.ts'
import { addRowChanges } from './change-commands.ts'
import { readColumns, readIndex } from './definition-text.ts'
import { addMoves } from './move-commands.ts'
import { addQueries } from './query-commands.ts'
import { withTable } from './with-table.ts'

/** Adds `stowage table …`. */
export function addTable(program: Command, context: CommandContext): void {
  const noun = addNoun(program, 'table')
  addList(noun, context)
  addInfo(noun, context)
  addCreate(noun, context)
  addDrop(noun, context)
  addQueries(noun, context)
  addRowChanges(noun, context)
  addMoves(noun, context)
  addTableCopy(noun, context)
}

function addList(noun: Command, context: CommandContext): void {
  addVerb(noun, {
    usage: 'list <bucket>',
    description: 'the tables of a bucket, by name',
    example: 'stowage table list lake:in.c-main',
  }).action((text: string, options: CommonOptions) => {
    const address = bucketAddress(text)
    return withStorage(context, options, address, (storage) =>
      printList(context, storage.bucket(address.bucket).tables().pages(), tableColumns, options.json),
    )
  })
}

const tableColumns = {
  headings: ['NAME', 'ROWS', 'COLUMNS', 'PRIMARY KEY', 'DESCRIPTION'],
  cells: ({ name, rowCount, columns, primaryKey, description }: TableInfo): string[] => [
    name,
    rowCount === undefined ? '' : String(rowCount),
    String(columns.length),
    primaryKey.join(', '),
    description ?? '',
  ],
}

function addInfo(noun: Command, context: CommandContext): void {
  addVerb(noun, {
    usage: 'info <table>',
    description: "a table's columns, key and indexes",
    example: 'stowage table info lake:in.c-main/customers',
  }).action((text: string, options: CommonOptions) =>
    withTable(context, options, text, async (table) => {
      const info = await table.info()
      if (options.json) return printFacts(context, info, true)
      const { columns, indexes, primaryKey, ...facts } = info
      printFacts(context, { ...facts, primaryKey: primaryKey.join(', ') || undefined }, false)
      const lines = columns.map(({ name, type, required, native }) => [
        name,
        type,
        required ? 'required' : '',
        native ?? '',
      ])
      context.out(`\n${textTable([['COLUMN', 'TYPE', '', 'NATIVE'], ...lines.map((cells) => cells.map(shownText))])}`)
      const shown = indexes.map(({ name, columns: of, unique }) => [
        name,
        of.join(', '),
        unique === true ? 'unique' : '',
      ])
      if (shown.length > 0)
        context.out(`\n${textTable([['INDEX', 'COLUMNS'], ...shown.map((cells) => cells.map(shownText))])}`)
    }),
  )
}

interface CreateOptions extends ChangeOptions {
  readonly columns: readonly string[]
  readonly primaryKey?: readonly string[]
  readonly index: readonly string[]
  readonly undeclaredFields?: 'keep' | 'refuse'
  readonly description?: string
}

function addCreate(noun: Command, context: CommandContext): void {
  addChange(noun, {
    usage: 'create <table>',
    description: 'create a table',
    example: 'stowage table create crm/customers --columns id:string,balance:number,since:timestamp! --primary-key id',
  })
    .addOption(
      listOption('--columns <list>', 'columns as name:type, with ! where a value is required').makeOptionMandatory(),
    )
    .addOption(listOption('--primary-key <list>', 'the columns that tell rows apart'))
    .option('--index <name=columns>', 'an index, name=a,b or name=a,b! for a unique one; may be repeated', collect, [])
    .option('--undeclared-fields <keep|refuse>', 'what happens to fields no column declares')
    .option('--description <text>', 'what it is for')
    .action((text: string, options: CreateOptions) => {
      const definition = {
        columns: readColumns(options.columns),
        primaryKey: options.primaryKey,
        indexes: options.index.map(readIndex),
        undeclaredFields: options.undeclaredFields,
        description: options.description,
      }
      return withTable(context, options, text, async (table) => {
        if (options.dryRun) return printWould(context, options, `create the table ${table.bucketName}/${table.name}`)
        const info = await table.create(definition)
        if (options.json) printFacts(context, info, true)
        else printLine(context, `created the table ${info.bucket}/${info.name}`)
      })
    })
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value]
}

function addDrop(noun: Command, context: CommandContext): void {
  addChange(noun, {
    usage: 'drop <table>',
    description: 'drop a table with all its rows; there is no undo',
    example: 'stowage table drop crm/customers',
  }).action((text: string, options: ChangeOptions) =>
    withTable(context, options, text, async (table) => {
      const place = `${table.bucketName}/${table.name}`
      if (options.dryRun) {
        const { rowCount } = await table.info()
        return printWould(
          context,
          options,
          `drop the table ${place}${rowCount === undefined ? '' : ` with ${rowCount} rows`}`,
        )
      }
      await table.drop()
      if (options.json) printFacts(context, { table: place, outcome: 'dropped' }, true)
      else printLine(context, `dropped the table ${place}`)
    }),
  )
}
