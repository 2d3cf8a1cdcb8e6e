import assert from 'node:assert/strict'
import { type Bucket, type File, StorageError } from '@stowage/core'
import type { CheckContext } from '../check-context.ts'
import { compareCodePoints } from './code-point-order.ts'
import { assertBytes } from './file-content.ts'
import { type KeyClass, keyClasses, lookalikesOf } from './key-classes.ts'

/** A bucket, or a check's share of one, for keys of all kinds, also such that no prefix can stand before. */
export class KeyPlace {
  /** The bucket. */
  readonly bucket: Bucket
  /** What every key of the place holds, at its start where that is possible; empty in a bucket of its own. */
  readonly mark: string
  readonly #keyBytes: number

  /** @internal */
  constructor(bucket: Bucket, mark: string, keyBytes: number) {
    this.bucket = bucket
    this.mark = mark
    this.#keyBytes = keyBytes
  }

  /** Opens a place for a check; what it writes there is removed at the end where the bucket is shared. */
  static async open(context: CheckContext): Promise<KeyPlace> {
    const { bucket, prefix } = await context.files()
    const place = new KeyPlace(bucket, prefix, context.capabilities.limits.keyBytes ?? Infinity)
    if (prefix !== '') context.defer(async () => bucket.deleteFiles(await place.list()))
    return place
  }

  /** Gives the keys of a class, cut where the backend takes only shorter ones. */
  keysOf({ keys }: KeyClass): string[] {
    return [...new Set(keys(this.mark).map((key) => this.#cut(key)))]
  }

  /** The keys of all classes, each once. */
  get oddKeys(): string[] {
    return [...new Set(keyClasses.flatMap((one) => this.keysOf(one)))]
  }

  /** A key or two of each class. */
  get someOddKeys(): string[] {
    return [...new Set(keyClasses.flatMap((one) => this.keysOf(one).slice(0, 2)))]
  }

  #cut(key: string): string {
    const characters = Array.from(key)
    while (Buffer.byteLength(characters.join('')) > this.#keyBytes) characters.pop()
    return characters.join('')
  }

  /** Gives a handle on a file by its whole key. */
  file(key: string): File {
    return this.bucket.file(key)
  }

  /** Lists all keys of the place, wherever in them the mark stands. */
  async list(): Promise<string[]> {
    const keys: string[] = []
    for await (const entry of this.bucket.files())
      if (entry.kind === 'file' && entry.file.key.includes(this.mark)) keys.push(entry.file.key)
    return keys
  }

  /** Writes a file whose content is its key; false when the key is refused as such. */
  async keeps(key: string): Promise<boolean> {
    try {
      await this.bucket.file(key).put(key)
      return true
    } catch (error) {
      if (StorageError.is(error, 'invalid-argument')) return false
      throw error
    }
  }

  /** Writes a file for each of the keys that are not refused, and gives those. */
  async keepAll(keys: readonly string[]): Promise<string[]> {
    const kept: string[] = []
    for (const key of keys) if (await this.keeps(key)) kept.push(key)
    return kept
  }

  /** Checks that a file is under its key exactly, with its content. */
  async checkKept(key: string): Promise<void> {
    const info = await this.file(key).stat()
    assert.equal(info.key, key, 'stat tells another key')
    assert.equal(info.bucket, this.bucket.name)
    assertBytes(await this.file(key).get(), Buffer.from(key), `the content of ${JSON.stringify(key)}`)
  }

  /** Checks that a listing gives exactly these keys, each once and in order of code points. */
  async checkListed(keys: readonly string[]): Promise<void> {
    assert.deepEqual(await this.list(), keys.toSorted(compareCodePoints))
  }

  /** Checks that nothing is where a careless backend would look for a key, or have put it. */
  async checkNoLookalikes(key: string, others: readonly string[]): Promise<void> {
    for (const lookalike of lookalikesOf(key)) {
      if (others.includes(lookalike)) continue
      const is = `${JSON.stringify(key)} answers to ${JSON.stringify(lookalike)}`
      assert.equal(await this.#isThere(lookalike), false, is)
    }
  }

  async #isThere(key: string): Promise<boolean> {
    try {
      return await this.file(key).exists()
    } catch (error) {
      if (StorageError.is(error, 'invalid-argument')) return false
      throw error
    }
  }
}
