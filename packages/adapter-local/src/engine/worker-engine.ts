import { Worker } from 'node:worker_threads'
import { StorageError } from '@stowage/core/driver'
import type { CommandName, CommandRequest, CommandResult, Engine } from './engine.ts'
import { type ErrorData, fromErrorData } from './error-data.ts'
import { closed } from './inline-engine.ts'
import type { DatabaseLocation } from './open-database.ts'

/** What goes to the worker: a command, or the wish to close. */
export type WorkerRequest =
  | { readonly id: number; readonly name: CommandName; readonly request: unknown }
  | { readonly id: number; readonly name: 'close' }

/** What comes back. */
export type WorkerAnswer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: ErrorData }

interface Waiting {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

// Node runs the sources as they are, and the built package next to its own kind.
const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js'

/** Runs commands in a worker thread, which starts with the first call, so that long ones don't stop the event loop. */
export class WorkerEngine implements Engine {
  readonly #location: DatabaseLocation
  readonly #waiting = new Map<number, Waiting>()
  #worker: Worker | undefined
  #nextId = 0
  #isOpen = true

  /** @param location - where the data is; opened by the worker */
  constructor(location: DatabaseLocation) {
    this.#location = location
  }

  async call<Name extends CommandName>(name: Name, request: CommandRequest<Name>): Promise<CommandResult<Name>> {
    if (!this.#isOpen) throw closed()
    return this.#send({ id: this.#nextId++, name, request }) as Promise<CommandResult<Name>>
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return
    this.#isOpen = false
    if (this.#worker === undefined) return
    await this.#send({ id: this.#nextId++, name: 'close' })
    await this.#worker.terminate()
  }

  #send(message: WorkerRequest): Promise<unknown> {
    const worker = (this.#worker ??= this.#start())
    return new Promise((resolve, reject) => {
      this.#waiting.set(message.id, { resolve, reject })
      // Only what is under way keeps the process alive.
      worker.ref()
      try {
        worker.postMessage(message)
      } catch (error) {
        this.#settle(message.id)?.reject(error as Error)
      }
    })
  }

  #start(): Worker {
    const worker = new Worker(new URL(`./worker-main${extension}`, import.meta.url), { workerData: this.#location })
    worker.unref()
    worker.on('message', (answer: WorkerAnswer) => this.#answer(answer))
    worker.on('error', (error) => this.#fail(worker, error))
    worker.on('exit', () => this.#fail(worker, undefined))
    return worker
  }

  #answer(answer: WorkerAnswer): void {
    const waiting = this.#settle(answer.id)
    if ('error' in answer) waiting?.reject(fromErrorData(answer.error))
    else waiting?.resolve(answer.result)
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (this.#waiting.size === 0) this.#worker?.unref()
    return waiting
  }

  // What was under way may have been applied; the next call starts another worker.
  #fail(worker: Worker, cause: unknown): void {
    if (this.#worker === worker) this.#worker = undefined
    const message = 'the worker thread of the database ended unexpectedly: look before repeating a write'
    const error = new StorageError({ code: 'outcome-unknown', message, applied: 'unknown' }, {}, cause)
    for (const id of this.#waiting.keys()) this.#settle(id)?.reject(error)
  }
}
