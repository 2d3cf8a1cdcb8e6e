/** What of a bucket may be done without signing. */
export interface AnonymousAccess {
  /** Whether objects may be read. */
  readonly read: boolean
  /** Whether they may be listed. */
  readonly list: boolean
}

const all: AnonymousAccess = { read: true, list: true }

/**
 * Who may read without signing: what was configured, and what policies and access control lists have added since. The latter
 * live as long as the service.
 */
export class BucketAccess {
  readonly #isPublic: (bucket: string) => boolean
  readonly #policies = new Map<string, { readonly text: string; readonly grants: AnonymousAccess }>()
  readonly #readable = new Set<string>()

  constructor(isPublic: (bucket: string) => boolean) {
    this.#isPublic = isPublic
  }

  /** Tells whether anybody may do it. */
  allows(bucket: string, action: keyof AnonymousAccess): boolean {
    if (this.#isPublic(bucket) || this.#readable.has(bucket)) return all[action]
    return this.#policies.get(bucket)?.grants[action] ?? false
  }

  /** The policy that was put, word for word. */
  policyOf(bucket: string): string | undefined {
    return this.#policies.get(bucket)?.text
  }

  /** Puts a policy in place of the one before. */
  putPolicy(bucket: string, text: string, grants: AnonymousAccess): void {
    this.#policies.set(bucket, { text, grants })
  }

  /** Takes the policy away. */
  deletePolicy(bucket: string): void {
    this.#policies.delete(bucket)
  }

  /** Tells whether the access control list lets anybody read. */
  isReadable(bucket: string): boolean {
    return this.#readable.has(bucket)
  }

  /** Sets whether the access control list lets anybody read. */
  setReadable(bucket: string, isReadable: boolean): void {
    if (isReadable) this.#readable.add(bucket)
    else this.#readable.delete(bucket)
  }

  /** Forgets a bucket that is gone. */
  forget(bucket: string): void {
    this.#policies.delete(bucket)
    this.#readable.delete(bucket)
  }
}
