import type { Database } from './database.ts'
import { bucketCommands } from './bucket-commands.ts'
import { fileCommands } from './files/file-commands.ts'
import { jobCommands } from './job-commands.ts'
import { tableCommands } from './tables/table-commands.ts'

/** A command: synchronous work on the database, with a structured-clonable request and result. */
export type Command = (database: Database, request: never) => unknown

/** All commands, by name. */
export type Commands = typeof tableCommands & typeof bucketCommands & typeof jobCommands & typeof fileCommands

/** What the engine can be asked to do. */
export const commands: Commands = { ...tableCommands, ...bucketCommands, ...jobCommands, ...fileCommands }
