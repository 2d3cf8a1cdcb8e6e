import type { S3Client } from '@aws-sdk/client-s3'
import type { Storage } from '@stowage/core'
import { StorageError } from '@stowage/core/driver'
import type { AuthorizeRequest } from './authorizer.ts'
import { type DcssCallOptions, newCall } from './client-call.ts'
import { DcssSpace } from './client-space.ts'
import type { DuckietownToken } from './token.ts'
import type { DcssWire } from './wire.ts'

/**
 * The client of DCSS in the service's own words: spaces with `list`, `head`, `exists`, `download`, `upload`, `delete`, and the data API's
 * `authorize`.
 *
 * It is `storage.native`, and ends with its storage.
 */
export class DcssClient {
  readonly #wire: DcssWire
  readonly #storage: Storage

  /** @internal */
  constructor(wire: DcssWire, storage: Storage) {
    this.#wire = wire
    this.#storage = storage
  }

  /** What the token says, read offline and without the token itself; undefined where none was given. */
  get token(): Omit<DuckietownToken, 'text'> | undefined {
    const { token } = this.#wire
    if (token === undefined) return undefined
    const { text: _, ...facts } = token
    return facts
  }

  /**
   * Opens a space by name; sends nothing.
   *
   * @throws StorageError `invalid-argument` for a name that makes no bucket, `unauthenticated` for `user` without a token
   */
  space(name: string): DcssSpace {
    return new DcssSpace(this.#wire, this.#storage, this.#wire.space(name))
  }

  /**
   * Asks the data API for a signed URL: good for one verb on one key, and a secret. The bucket is named in full.
   *
   * @throws StorageError `permission-denied` or `unauthenticated` when it is refused
   */
  authorize(request: AuthorizeRequest, { signal }: DcssCallOptions = {}): Promise<string> {
    const { authorizer } = this.#wire
    if (authorizer === undefined) {
      const message = 'the data API wants a token: give `token` or set DUCKIETOWN_TOKEN'
      throw new StorageError({ code: 'unauthenticated', message })
    }
    return authorizer.authorize(request, newCall(signal))
  }

  /**
   * Gives AWS's own client over the same connections, for what is not here: with credentials for S3 where they were given, else one that
   * signs nothing. It reads answers whole, so read and write large objects with {@link DcssClient.space}.
   */
  s3(): Promise<S3Client> {
    return this.#wire.clients.client()
  }
}
