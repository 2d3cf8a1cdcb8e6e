import { checkBaseUrl, encodeKey } from '@stowage/http'

/** Where objects are. */
export interface S3AddressOptions {
  /** An endpoint addressed by paths; undefined for AWS, which has a host for each bucket. */
  readonly endpoint: string | undefined
  /** The region, part of AWS's host names. */
  readonly region: string
  /** Whether plain http is allowed beyond this machine. */
  readonly allowInsecure: boolean
}

/** Gives the URLs of objects (contract section 5). */
export class S3Address {
  /** The endpoint addressed by paths, ending in a slash; undefined for AWS. */
  readonly endpoint: string | undefined
  readonly #host: string

  /** @param options - where objects are */
  constructor({ endpoint, region, allowInsecure }: S3AddressOptions) {
    this.endpoint = endpoint === undefined ? undefined : checkBaseUrl(endpoint, { name: 's3Url', allowInsecure }).href
    this.#host = region === 'us-east-1' ? 's3.amazonaws.com' : `s3.${region}.amazonaws.com`
  }

  /** Gives the URL of an object, or of a bucket for an empty key. */
  urlOf(bucket: string, key: string): string {
    const base = this.endpoint === undefined ? `https://${bucket}.${this.#host}/` : `${this.endpoint}${bucket}/`
    return this.joined(base, key)
  }

  /** Gives the URL of a key below another base, which ends in a slash. */
  joined(base: string, key: string): string {
    return base + encodeStrictly(key)
  }
}

/** Encodes a key as signatures have it: all but unreserved characters and the slash. */
export function encodeStrictly(key: string): string {
  return encodeKey(key).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
}
