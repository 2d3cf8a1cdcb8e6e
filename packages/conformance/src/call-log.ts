import { type DriverCall, interceptDriver, type StorageDriver } from '@stowage/core/driver'

/** A driver that keeps a log of what reaches it, until it is revoked. */
export class CallLog {
  /** What reached the driver, in order. */
  readonly calls: DriverCall[] = []
  /** The driver to use: the same, watched; closing it leaves the real one open. */
  readonly driver: StorageDriver
  #isRevoked = false

  /** @param driver - the driver that is watched */
  constructor(driver: StorageDriver) {
    this.driver = interceptDriver(
      driver,
      (call, next) => {
        // A check that was given up must not go on behind the next one's back.
        if (this.#isRevoked) throw new Error('the check is over')
        this.calls.push(call)
        return next(call)
      },
      { close: async () => {} },
    )
  }

  /** The names of the operations that reached the driver, in order. */
  get operations(): string[] {
    return this.calls.map(({ operation }) => operation)
  }

  /** Lets no further call through. */
  revoke(): void {
    this.#isRevoked = true
  }
}
