import { setImmediate } from 'node:timers/promises'
import { StorageError } from '@stowage/core/driver'
import { commands } from './commands.ts'
import type { CommandName, CommandRequest, CommandResult, Engine } from './engine.ts'
import { closeDatabase, type DatabaseLocation, openDatabase } from './open-database.ts'
import type { Database } from './database.ts'

// A loop over pages would never let timers and sockets run, since what is awaited is always there already.
const longestTurnMs = 10

/** Runs commands in this thread: no start-up time, and calls as cheap as calls can be. The event loop waits for each. */
export class InlineEngine implements Engine {
  /** The connection. */
  readonly database: Database
  #busyMs = 0
  #isOpen = true

  /** Opens the database. */
  constructor(location: DatabaseLocation) {
    this.database = openDatabase(location)
  }

  async call<Name extends CommandName>(name: Name, request: CommandRequest<Name>): Promise<CommandResult<Name>> {
    if (!this.#isOpen) throw closed()
    const run = commands[name] as (database: Database, request: CommandRequest<Name>) => CommandResult<Name>
    const start = performance.now()
    try {
      return run(this.database, request)
    } finally {
      this.#busyMs += performance.now() - start
      if (this.#busyMs > longestTurnMs) {
        this.#busyMs = 0
        await setImmediate()
      }
    }
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return
    this.#isOpen = false
    closeDatabase(this.database)
  }
}

/** The failure of a call after closing. */
export function closed(): StorageError {
  return new StorageError({ code: 'closed', message: 'the storage was closed: open it again' })
}
