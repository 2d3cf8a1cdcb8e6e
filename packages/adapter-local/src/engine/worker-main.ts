import { parentPort, workerData } from 'node:worker_threads'
import { commands } from './commands.ts'
import type { Database } from './database.ts'
import { toErrorData } from './error-data.ts'
import { closeDatabase, type DatabaseLocation, openDatabase } from './open-database.ts'
import type { WorkerAnswer, WorkerRequest } from './worker-engine.ts'

let database: Database | undefined

function answer(message: WorkerRequest): WorkerAnswer {
  const { id, name } = message
  try {
    if (name === 'close') return { id, result: close() }
    database ??= openDatabase(workerData as DatabaseLocation)
    const run = commands[name] as (on: Database, request: unknown) => unknown
    return { id, result: run(database, message.request) }
  } catch (error) {
    return { id, error: toErrorData(error) }
  }
}

function close(): void {
  if (database !== undefined) closeDatabase(database)
  database = undefined
}

parentPort?.on('message', (message: WorkerRequest) => parentPort?.postMessage(answer(message)))
