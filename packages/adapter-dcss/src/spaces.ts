import { StorageError } from '@stowage/core/driver'
import { anonymousAccess, authorizedAccess, directAccess, type S3Access } from './access.ts'
import type { Authorizer } from './authorizer.ts'
import type { DirectSigner } from './direct-signer.ts'
import { type ObjectPlace, partSuffixBytes } from './parts.ts'
import type { S3Address } from './s3-address.ts'
import { bucketOfSpace, checkKey, folderOfSpace, keyInFolder, type SpaceNames } from './space.ts'

/** What spaces are opened with. */
export interface SpacesOptions extends SpaceNames {
  /** Where buckets are. */
  readonly address: S3Address
  /** Where objects of `public` are read from instead, ending in a slash. */
  readonly publicUrl: string | undefined
  /** Signs URLs; undefined without a token. */
  readonly authorizer: Authorizer | undefined
  /** Signs by itself; undefined without credentials of one's own. */
  readonly signer: DirectSigner | undefined
  /** Whose folder of the space `user` is opened. */
  readonly uid: number | undefined
  /** How keys of the space `user` are shown. */
  readonly userKeys: 'with-uid' | 'without-uid'
}

/** An open space: a bucket, or a user's folder in one. */
export class Space implements ObjectPlace {
  readonly #options: SpacesOptions
  /** Its name, for example `private`. */
  readonly name: string
  /** Its bucket's full name. */
  readonly bucket: string
  /** What every key in the bucket begins with: `{uid}/` in the space `user`, nothing elsewhere. */
  readonly folder: string

  /**
   * @param name - its name; blanks around it don't count
   * @param options - what it is opened with
   * @throws StorageError `invalid-argument` for a name that is none, `unauthenticated` for `user` without a token
   */
  constructor(name: string, options: SpacesOptions) {
    this.#options = options
    this.name = name.trim()
    this.bucket = bucketOfSpace(this.name, options)
    this.folder = folderOfSpace(this.name, options.uid)
  }

  /** How objects are read. The token is never used where anybody may read (contract section 12.4). */
  get access(): S3Access {
    const { signer, publicUrl, address } = this.#options
    if (this.name !== 'public' || signer !== undefined) return this.writing.access
    return publicUrl === undefined
      ? anonymousAccess((bucket, key) => address.urlOf(bucket, key))
      : anonymousAccess((_, key) => address.joined(publicUrl, key))
  }

  /** How objects are listed: as they are read, but never from `publicUrl`, which may be any host. */
  get listing(): S3Access {
    const { address } = this.#options
    const { access } = this
    return access.kind === 'anonymous' ? anonymousAccess((bucket, key) => address.urlOf(bucket, key)) : access
  }

  /** The same space as it is written to. */
  get writing(): ObjectPlace {
    return { bucket: this.bucket, access: this.#signed() }
  }

  /** Gives the key in the bucket; refuses what can't be kept as it is. */
  keyOf(key: string): string {
    return checkKey(this.prefixOf(key), partSuffixBytes)
  }

  /** Gives the prefix in the bucket. */
  prefixOf(prefix: string): string {
    const { userKeys } = this.#options
    return userKeys === 'without-uid' ? this.folder + prefix : keyInFolder(this.folder, prefix)
  }

  /** Gives a key of the bucket as it is shown. */
  shown(key: string): string {
    const isHidden = this.#options.userKeys === 'without-uid' && key.startsWith(this.folder)
    return isHidden ? key.slice(this.folder.length) : key
  }

  /** Gives the URL of an object for those who may read without a credential. */
  publicUrlOf(key: string): string {
    const { publicUrl, address } = this.#options
    const whole = this.keyOf(key)
    const isMirrored = this.name === 'public' && publicUrl !== undefined
    return isMirrored ? address.joined(publicUrl, whole) : address.urlOf(this.bucket, whole)
  }

  #signed(): S3Access {
    const { signer, authorizer, address } = this.#options
    if (signer !== undefined) return directAccess(address, signer)
    if (authorizer !== undefined) return authorizedAccess(authorizer)
    const message =
      `the space ${this.name} needs a token: give \`token\` or set DUCKIETOWN_TOKEN ` +
      '(or `accessKeyId` and `secretAccessKey`, DCSS_ACCESS_KEY_ID and DCSS_SECRET_ACCESS_KEY, for S3 itself)'
    throw new StorageError({ code: 'unauthenticated', message, applied: 'no' })
  }
}
