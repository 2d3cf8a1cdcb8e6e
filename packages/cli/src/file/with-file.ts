import type { File, Storage } from 'stowage'
import { itemAddress } from '../address.ts'
import type { CommandContext } from '../command-context.ts'
import { type ConfigChoice, withStorage } from '../open-address.ts'

/** Runs work on the file that an address names. */
export function withFile(
  context: CommandContext,
  options: ConfigChoice,
  text: string,
  work: (file: File, storage: Storage) => Promise<void>,
): Promise<void> {
  const address = itemAddress(text, 'file')
  return withStorage(context, options, { ...address, what: 'file' }, (storage) =>
    work(storage.bucket(address.bucket).file(address.name), storage),
  )
}
