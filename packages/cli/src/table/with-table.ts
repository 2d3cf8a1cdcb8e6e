import type { Storage, Table } from 'stowage'
import { itemAddress } from '../address.ts'
import type { CommandContext } from '../command-context.ts'
import { type ConfigChoice, withStorage } from '../open-address.ts'

/** Runs work on the table that an address names. */
export function withTable(
  context: CommandContext,
  options: ConfigChoice,
  text: string,
  work: (table: Table, storage: Storage) => Promise<void>,
): Promise<void> {
  const address = itemAddress(text, 'table')
  return withStorage(context, options, { ...address, what: 'table' }, (storage) =>
    work(storage.bucket(address.bucket).table(address.name), storage),
  )
}
