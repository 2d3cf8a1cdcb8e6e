/** Remembers the ids of some things by name, the newest thousand. */
export class RecentIds {
  readonly #ids = new Map<string, string>()
  readonly #limit: number

  /** @param limit - how many are remembered */
  constructor(limit = 1000) {
    this.#limit = limit
  }

  /** Gives the id of a name; undefined for what isn't remembered. */
  get(name: string): string | undefined {
    return this.#ids.get(name)
  }

  /** Remembers an id. */
  set(name: string, id: string): void {
    this.#ids.delete(name)
    this.#ids.set(name, id)
    const [oldest] = this.#ids.keys()
    if (this.#ids.size > this.#limit && oldest !== undefined) this.#ids.delete(oldest)
  }

  /** Forgets a name. */
  delete(name: string): void {
    this.#ids.delete(name)
  }
}
