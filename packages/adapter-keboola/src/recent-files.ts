import type { Clock } from '@stowage/core/driver'
import type { KeboolaFile } from './file-answers.ts'

/** What happened to a key last. */
export interface RecentFile {
  /** The file that was written. */
  readonly written: KeboolaFile | undefined
  /** The ids of files that are gone. */
  readonly gone: ReadonlySet<string>
}

/** The listing lags about a second behind (contract section 9.1). */
const lagMs = 10_000
const maxKept = 1000

/** Remembers what was written and deleted a moment ago, which the service's listing doesn't show yet. */
export class RecentFiles {
  readonly #clock: Clock
  readonly #recent = new Map<string, RecentFile & { readonly at: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Notes that a file was written under a key, and that those are gone which it replaced. */
  noteWritten(key: string, written: KeboolaFile, gone: Iterable<string>): void {
    this.#note(key, { written, gone: new Set([...(this.get(key)?.gone ?? []), ...gone]) })
  }

  /** Notes that files are gone. */
  noteGone(key: string, ids: Iterable<string>): void {
    const before = this.get(key)
    const gone = new Set([...(before?.gone ?? []), ...ids])
    const written = before?.written !== undefined && gone.has(before.written.id) ? undefined : before?.written
    this.#note(key, { written, gone })
  }

  /** Says what happened to a key a moment ago. */
  get(key: string): RecentFile | undefined {
    const found = this.#recent.get(key)
    return found !== undefined && this.#clock.now() - found.at < lagMs ? found : undefined
  }

  /** Gives all keys something happened to a moment ago. */
  *entries(): Generator<readonly [key: string, file: RecentFile], void, undefined> {
    for (const [key, file] of this.#recent) if (this.#clock.now() - file.at < lagMs) yield [key, file]
  }

  #note(key: string, file: RecentFile): void {
    this.#recent.delete(key)
    this.#recent.set(key, { ...file, at: this.#clock.now() })
    const [oldest] = this.#recent.keys()
    if (this.#recent.size > maxKept && oldest !== undefined) this.#recent.delete(oldest)
  }
}
