import type { JobInfo } from '../contract/job.ts'
import { invalidArgument, StorageError } from '../errors/storage-error.ts'

// `%2e` counts: whoever builds a URL from a name without encoding its percent sign resolves that as well.
const dotSegment = /(?:^|[/\\])(?:\.|%2e){1,2}(?:[/\\]|$)/i

/** Puts prefixes before names of buckets and files, and takes them off again. */
export class PrefixedNames {
  readonly #buckets: string
  readonly #keys: string

  constructor(buckets: string, keys: string) {
    this.#buckets = buckets
    this.#keys = keys
  }

  /** A bucket's full name. */
  bucketIn(name: string): string {
    return add(this.#buckets, name, 'bucket name')
  }

  /** A file's full key. */
  keyIn(key: string): string {
    return add(this.#keys, key, 'key')
  }

  /** Whether a full bucket name is inside the prefix. */
  ownsBucket(name: string): boolean {
    return name.startsWith(this.#buckets)
  }

  /** Whether a full key is inside the prefix. */
  ownsKey(key: string): boolean {
    return key.startsWith(this.#keys)
  }

  /** A full bucket name without its prefix; a backend that answers with another one is at fault. */
  bucketOut(name: string): string {
    return remove(this.#buckets, name)
  }

  /** A full key without its prefix. */
  keyOut(key: string): string {
    return remove(this.#keys, key)
  }

  /** A job with plain names; fails with `not-found` for one that works on something outside. */
  jobOut(job: JobInfo): JobInfo {
    const plain = this.ownsBucket(job.resource) ? job.resource.slice(this.#buckets.length) : undefined
    if (plain === undefined) throw foreignJob(job)
    const keyStart = job.operation.startsWith('files.') ? plain.indexOf('/') + 1 : 0
    if (keyStart === 0 || this.#keys === '') return { ...job, resource: plain }
    const key = plain.slice(keyStart)
    if (!this.ownsKey(key)) throw foreignJob(job)
    return { ...job, resource: plain.slice(0, keyStart) + this.keyOut(key) }
  }
}

function add(prefix: string, name: string, noun: string): string {
  if (prefix !== '' && dotSegment.test(name)) {
    const message = `the ${noun} ${JSON.stringify(name)} has a "." or ".." segment: under a prefix such names are refused`
    throw invalidArgument(message, { name })
  }
  return prefix + name
}

function remove(prefix: string, name: string): string {
  if (name.startsWith(prefix)) return name.slice(prefix.length)
  const message =
    'the backend answered with a name outside the prefix of layer `prefix`: this is a fault of the adapter'
  throw new StorageError({ code: 'internal', message })
}

function foreignJob({ id }: JobInfo): StorageError {
  return new StorageError({ code: 'not-found', message: `there is no job ${id} inside the prefix`, applied: 'no' })
}
