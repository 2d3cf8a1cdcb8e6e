import type { FileInfo } from '../../contract/file.ts'
import type { CopyPlan } from '../copy-plan.ts'
import { leastSeconds } from '../least-seconds.ts'
import type { CheckedFilesOptions } from './copy-files-options.ts'
import { copiesItself } from './copy-run.ts'
import type { Side } from './file-set.ts'
import { smallBytes } from './source-file.ts'

/** Estimates what a copy of files takes, as far as the limits tell. */
export class FilesEstimate {
  readonly #source: Side
  readonly #target: Side
  readonly #options: CheckedFilesOptions
  readonly #listed = { source: 0, target: 0 }
  #reads = 0
  #writes = 0
  #files = 0
  #bytes = 0

  constructor(source: Side, target: Side, options: CheckedFilesOptions) {
    this.#source = source
    this.#target = target
    this.#options = options
  }

  /** Counts a file that one of the sides lists. */
  list(side: 'source' | 'target'): void {
    this.#listed[side] += 1
  }

  /** Counts a file that is copied. */
  copy({ sizeBytes }: FileInfo): void {
    this.#files += 1
    this.#bytes += sizeBytes
    const { mode, verify } = this.#options
    const { operations, limits } = this.#target.session.driver.capabilities
    const sides = { source: this.#source, target: this.#target, options: this.#options }
    // A large file is looked at again at its end.
    if (!copiesItself(sides)) this.#reads += sizeBytes > smallBytes ? 2 : 1
    const { partBytes = Infinity } = limits
    const lookups = mode === 'append' && operations['files.createOnly']?.kind !== 'native' ? 1 : 0
    // Parts are begun and put together besides.
    const parts = sizeBytes > partBytes ? Math.ceil(sizeBytes / partBytes) + 2 : 1
    this.#writes += lookups + parts + (verify === 'read-back' ? 1 : 0)
  }

  /** The estimate, with so many files deleted at the end. */
  result(deleted: number): Pick<CopyPlan, 'requests' | 'rows' | 'files' | 'bytes' | 'seconds'> {
    const { operations, limits } = this.#target.session.driver.capabilities
    const batch = operations['files.deleteMany']?.kind === 'native' ? (limits.filesPerDelete ?? 1000) : 1
    const reads = this.#reads + pages(this.#source, this.#listed.source)
    const listings = deleted > 0 ? 2 : 1
    const writes = this.#writes + listings * pages(this.#target, this.#listed.target) + Math.ceil(deleted / batch)
    return {
      requests: reads + writes,
      rows: undefined,
      files: this.#files,
      bytes: this.#bytes,
      seconds: leastSeconds(
        { session: this.#source.session, requests: reads },
        { session: this.#target.session, requests: writes },
      ),
    }
  }
}

function pages({ session }: Side, files: number): number {
  return Math.max(1, Math.ceil(files / Math.min(1000, session.driver.capabilities.limits.pageSize ?? 1000)))
}
