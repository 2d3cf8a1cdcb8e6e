import type { CommandContext } from '../command-context.ts'
import { shownText } from './shown-text.ts'
import { textLine, widthsOf } from './text-table.ts'

/** How an item of a listing is shown to people: a cell for each heading. */
export interface ListColumns<Item> {
  readonly headings: readonly string[]
  readonly cells: (item: Item) => readonly string[]
}

/** Prints a listing page by page: a table for people, or one JSON array. */
export async function printList<Item>(
  { write }: Pick<CommandContext, 'write'>,
  pages: AsyncIterable<readonly Item[]>,
  { headings, cells }: ListColumns<Item>,
  isJson: boolean,
): Promise<void> {
  if (isJson) return printArray(write, pages)
  let isFirst = true
  for await (const items of pages) {
    if (items.length === 0) continue
    const lines = items.map((item) => cells(item).map(shownText))
    if (isFirst) lines.unshift([...headings])
    isFirst = false
    const widths = widthsOf(lines)
    await write(lines.map((line) => textLine(line, widths)).join(''))
  }
}

async function printArray(write: CommandContext['write'], pages: AsyncIterable<readonly unknown[]>): Promise<void> {
  let separator = '['
  for await (const items of pages) {
    for (const item of items) {
      await write(`${separator}\n${JSON.stringify(item)}`)
      separator = ','
    }
  }
  await write(separator === '[' ? '[]\n' : '\n]\n')
}
