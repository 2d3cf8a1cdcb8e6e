import type { FileInfo } from '../../contract/file.ts'
import { invalidArgument, StorageError } from '../../errors/storage-error.ts'
import { checkName } from '../../portable/names.ts'
import type { Cast } from '../copy-plan.ts'
import { castOf, lostAttributes, mayLose } from './carried-attributes.ts'
import type { Attribute, CheckedFilesOptions } from './copy-files-options.ts'
import { nameOfSide, type Side } from './file-set.ts'

/** What a plan finds that would go wrong or get lost, counted: an example of each kind is kept, however many there are. */
export class PlanFindings {
  readonly #target: Side
  readonly #options: CheckedFilesOptions
  readonly #errors: StorageError[]
  readonly #counted = new Map<string, { count: number; readonly example: string; readonly error: StorageError }>()
  readonly #lost = new Map<Attribute, { count: number; readonly example: string }>()

  /** @param errors - what stands in the way of the whole copy */
  constructor(target: Side, options: CheckedFilesOptions, errors: readonly StorageError[]) {
    this.#target = target
    this.#options = options
    this.#errors = [...errors]
  }

  /** Notes something that stands in the way of the whole copy. */
  add(error: StorageError): void {
    this.#errors.push(error)
  }

  /** Looks at a file that would be copied. */
  look(rest: string, file: FileInfo): void {
    const { session, prefix } = this.#target
    const { keyBytes, fileBytes } = session.driver.capabilities.limits
    const { backend } = session.driver
    if (fileBytes !== undefined && file.sizeBytes > fileBytes) {
      this.#count(file.key, invalidArgument(`longer than the ${fileBytes} bytes that ${backend} takes`))
    }
    try {
      checkName('file key', prefix + rest, keyBytes)
    } catch {
      this.#count(file.key, invalidArgument(`a key that ${backend} doesn't take, ${keyBytes} bytes at most`))
    }
    for (const name of lostAttributes(file, session)) {
      const found = this.#lost.get(name)
      if (found === undefined) this.#lost.set(name, { count: 1, example: file.key })
      else found.count += 1
    }
  }

  /** Notes a file that is there and must not be. */
  isThere(file: FileInfo): void {
    const facts = { code: 'already-exists', message: `already in ${nameOfSide(this.#target)}` } as const
    this.#count(file.key, new StorageError(facts))
  }

  #count(example: string, error: StorageError): void {
    const found = this.#counted.get(error.message)
    if (found === undefined) this.#counted.set(error.message, { count: 1, example, error })
    else found.count += 1
  }

  /** What is lost where the target doesn't keep it. */
  get casts(): readonly Cast[] {
    return [...this.#lost.keys()].map((name) => castOf(name, this.#target.session))
  }

  /** What stands in the way. */
  get problems(): readonly StorageError[] {
    const counted = [...this.#counted.values()].map(
      ({ count, example, error }) =>
        new StorageError({ code: error.code, message: `${error.message}: ${examplesOf(count, example)}` }),
    )
    const lost = [...this.#lost]
      .filter(([name]) => !mayLose(name, this.#options))
      .map(([name, { count, example }]) => this.#lossOf(name, count, example))
    return [...this.#errors, ...counted, ...lost]
  }

  #lossOf(name: Attribute, count: number, example: string): StorageError {
    const { backend } = this.#target.session.driver
    const found = `${name}, which ${backend} doesn't keep: ${examplesOf(count, example)}`
    const message = `${found}; pass allowLossy: ['${name}'] to copy without`
    return new StorageError({ code: 'unsupported', message })
  }
}

function examplesOf(count: number, example: string): string {
  return count === 1 ? `1 file, ${example}` : `${count} files, for example ${example}`
}
