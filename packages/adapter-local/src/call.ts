import type { CallContext } from '@stowage/core/driver'
import type { CommandName, CommandRequest, CommandResult, Engine } from './engine/engine.ts'

/** Runs one command for a driver call: stops when the caller has given up, and counts it. */
export async function run<Name extends CommandName>(
  engine: Engine,
  { signal, receipt }: CallContext,
  name: Name,
  request: CommandRequest<Name>,
): Promise<CommandResult<Name>> {
  signal.throwIfAborted()
  receipt.requests += 1
  return engine.call(name, request)
}
