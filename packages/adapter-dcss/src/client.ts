import type { DcssWire } from './wire.ts'

/** The client in the service's own words. */
export class DcssClient {
  readonly #wire: DcssWire

  /** @internal */
  constructor(wire: DcssWire) {
    this.#wire = wire
  }

  /** What the token says, without the token; undefined where none was given. */
  get uid(): number | undefined {
    return this.#wire.token?.uid
  }
}
