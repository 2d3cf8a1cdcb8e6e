import { createHash, type Hash } from 'node:crypto'
import type { FileInfo } from '../../contract/file.ts'
import type { CallContext } from '../../driver/call.ts'
import type { CheckedFilesOptions } from './copy-files-options.ts'
import { type FilePair, pairFiles } from './file-pairs.ts'
import { nameOfSide, type Side } from './file-set.ts'
import { versionOf } from './files-journal.ts'

/** A digest of what both sides list and of what a copy would do with it: another one when either has changed. */
export class FilesFingerprint {
  readonly #hash: Hash

  constructor(source: Side, target: Side, { mode, allowLossy }: CheckedFilesOptions) {
    const lossy = allowLossy === undefined || allowLossy === true ? (allowLossy ?? null) : [...allowLossy].toSorted()
    this.#hash = createHash('sha256')
    this.#add([nameOfSide(source), nameOfSide(target), mode, lossy])
  }

  /** Takes in what the sides have; pairs come in order of key, so the digest does not depend on how they were listed. */
  add({ rest, source, there }: FilePair): void {
    this.#add([rest, factOf(source), factOf(there)])
  }

  /** The digest of all that was taken in. */
  digest(): string {
    return this.#hash.copy().digest('hex')
  }

  #add(facts: readonly unknown[]): void {
    this.#hash.update(`${JSON.stringify(facts)}\n`)
  }
}

function factOf(file: FileInfo | undefined): string | null {
  return file === undefined ? null : versionOf(file)
}

/** Lists both sides through and gives the fingerprint of what they have. */
export async function fingerprintOf(
  source: Side,
  target: Side,
  options: CheckedFilesOptions,
  call: CallContext,
): Promise<string> {
  const fingerprint = new FilesFingerprint(source, target, options)
  for await (const pair of pairFiles(source, listable(target), call)) fingerprint.add(pair)
  return fingerprint.digest()
}

/** Gives a side where its files can be looked at; undefined where nobody can tell what is there. */
export function listable(side: Side): Side | undefined {
  const needed = side.isFile ? 'files.stat' : 'files.list'
  return side.session.driver.capabilities.operations[needed] === undefined ? undefined : side
}
