import type { Storage } from 'stowage'
import type { CommandContext } from '../command-context.ts'
import { type ConfigChoice, type Subject, withStorage } from '../open-address.ts'

/** Runs work between the backends of two addresses, which may be one and the same: it is opened once then. */
export async function withStorages(
  context: CommandContext,
  options: ConfigChoice,
  [source, target]: readonly [Subject, Subject],
  work: (from: Storage, to: Storage) => Promise<void>,
): Promise<void> {
  if (await isOneBackend(context, options, source.backend, target.backend)) {
    return withStorage(context, options, source, (storage) => work(storage, storage))
  }
  return withStorage(context, options, source, (from) => withStorage(context, options, target, (to) => work(from, to)))
}

async function isOneBackend(
  { cwd, environment }: CommandContext,
  { config }: ConfigChoice,
  source: string | undefined,
  target: string | undefined,
): Promise<boolean> {
  if (source === target) return true
  if (source !== undefined && target !== undefined) return false
  const { loadConfig } = await import('stowage')
  const { defaultName } = await loadConfig(config, { cwd, environment, backends: [] })
  return (source ?? defaultName) === (target ?? defaultName)
}
