import type { CopyTableResult, Transfer } from 'stowage'
import { itemAddress } from '../address.ts'
import type { CommandContext } from '../command-context.ts'
import { toCopyCall } from '../copy/copy-options.ts'
import { withStorages } from '../copy/with-storages.ts'
import { printFacts } from '../output/print-facts.ts'
import { printWould } from '../output/print-line.ts'
import { watched } from '../output/progress-line.ts'
import { UsageError } from '../usage-error.ts'
import { printCopied } from './print-copied.ts'
import { readFilter } from './query-commands.ts'
import type { TableChoice } from './table-choice.ts'

type Texts = readonly [source: string, target: string]

/** Copies a table's rows into a file of a backend. */
export async function copyToFile(context: CommandContext, texts: Texts, choice: TableChoice): Promise<void> {
  const { columns, format, resume, expect, concurrency, create, batchRows } = choice
  refuse('--to-file', { resume, expect, concurrency, 'no-create': create ? undefined : true, 'batch-rows': batchRows })
  if (format === 'json') throw new UsageError('rows are written as csv or json-lines: give one of these as --format')
  const [source, target] = [itemAddress(texts[0], 'table'), itemAddress(texts[1], 'file')]
  const { mode, verify, allowLossy } = toCopyCall(context, choice)
  const options = { mode, verify, allowLossy, columns, format, filter: await readFilter(choice.filter) }
  const subjects = [
    { ...source, what: 'table' },
    { backend: target.backend, bucket: target.bucket },
  ] as const
  await withStorages(context, choice, subjects, async (from, to) => {
    const { copyTableToFile } = await import('stowage')
    const [table, file] = [from.bucket(source.bucket).table(source.name), to.bucket(target.bucket).file(target.name)]
    await carryOut(context, texts, choice, () => copyTableToFile(table, file, options))
  })
}

/** Copies the rows of a backend's file into a table. */
export async function copyFromFile(context: CommandContext, texts: Texts, choice: TableChoice): Promise<void> {
  const { columns, format, create, batchRows, filter, expect } = choice
  refuse('--from-file', { filter, expect })
  const [source, target] = [itemAddress(texts[0], 'file'), itemAddress(texts[1], 'table')]
  const options = { ...toCopyCall(context, choice), columns, format, create, batchRows }
  const subjects = [
    { ...source, what: 'file' },
    { backend: target.backend, bucket: target.bucket },
  ] as const
  await withStorages(context, choice, subjects, async (from, to) => {
    const { copyFileToTable } = await import('stowage')
    const [file, table] = [from.bucket(source.bucket).file(source.name), to.bucket(target.bucket).table(target.name)]
    await carryOut(context, texts, choice, () => copyFileToTable(file, table, options))
  })
}

async function carryOut(
  context: CommandContext,
  [source, target]: Texts,
  choice: TableChoice,
  start: () => Transfer<CopyTableResult>,
): Promise<void> {
  if (choice.dryRun) return printWould(context, choice, `copy rows of ${source} to ${target}: ${choice.mode}`)
  const result = await watched(context, start())
  if (choice.json) printFacts(context, result, true)
  else printCopied(context, result, `from ${source} to ${target}`)
}

function refuse(flag: string, options: Readonly<Record<string, unknown>>): void {
  const given = Object.keys(options).filter((name) => options[name] !== undefined)
  if (given.length > 0) throw new UsageError(`${given.map((name) => `--${name}`).join(', ')} can't go with ${flag}`)
}
