import type { Commands } from './commands.ts'

/** The name of a command. */
export type CommandName = keyof Commands

/** What a command is asked. */
export type CommandRequest<Name extends CommandName> = Parameters<Commands[Name]>[1]

/** What a command answers. */
export type CommandResult<Name extends CommandName> = ReturnType<Commands[Name]>

/**
 * Where commands run: in this thread or in a worker.
 *
 * Requests and results are structured-clonable, so both ways do the same. Commands run one after another, in the order of
 * the calls.
 */
export interface Engine {
  /** Runs a command. */
  call<Name extends CommandName>(name: Name, request: CommandRequest<Name>): Promise<CommandResult<Name>>
  /** Closes the database. Calling it again does nothing; other calls fail with `closed` from then on. */
  close(): Promise<void>
}
