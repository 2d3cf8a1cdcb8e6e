import type { RecordsOf } from './state-records.ts'

const reservedAtOnce = 1000

/**
 * Gives out the numbers of jobs, files, snapshots and the like: each greater than all before, also after a restart.
 *
 * They are reserved by the thousand, so that a number costs no write.
 */
export class IdSequence {
  readonly #records: RecordsOf<number>
  #next: number
  #reserved: number
  #reservation = Promise.resolve()

  constructor(records: RecordsOf<number>) {
    this.#records = records
    this.#next = records.get('next') ?? 1001
    this.#reserved = this.#next
  }

  /** Gives the next number. */
  async next(): Promise<number> {
    const id = this.#next++
    if (id >= this.#reserved) {
      this.#reserved = id + reservedAtOnce
      this.#reservation = this.#records.put('next', this.#reserved)
    }
    await this.#reservation
    return id
  }
}
