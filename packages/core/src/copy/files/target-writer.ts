import type { FileInfo } from '../../contract/file.ts'
import type { WriteCondition } from '../../driver/file-driver.ts'
import { StorageError } from '../../errors/storage-error.ts'
import { limitSize } from '../../portable/file-size.ts'
import { checkName } from '../../portable/names.ts'
import { type Verification, verifyChecksums, wantedAlgorithms } from '../../portable/verification.ts'
import { MeteredSource } from '../../transfer/metered-source.ts'
import type { TransferControls } from '../../transfer/transfer.ts'
import { carriedAttributes, lostAttributes, mayLose } from './carried-attributes.ts'
import type { Attribute } from './copy-files-options.ts'
import { callOf, copiesItself, type CopyRun, isThereAlready } from './copy-run.ts'
import { lookUpFile } from './file-content.ts'
import { atSide, fileAt, placeOf } from './file-set.ts'
import { CheckedSource } from './checked-source.ts'
import { openSource, type SourceFile } from './source-file.ts'

/** A file that was written, before anything of it is read back. */
export interface WrittenFile {
  /** The file at the target. */
  readonly file: FileInfo
  /** Checksums of what was sent; none where nothing was. */
  readonly checksums: FileInfo['checksums']
  /** Whether they were compared with those the target keeps. */
  readonly verification: Verification
  /** What of the file was lost. */
  readonly lost: readonly Attribute[]
}

/** Writes single files of one copy. */
export class TargetWriter {
  readonly #run: CopyRun
  /** Some backends can do without a condition what they can't with one, and find that out only when asked. */
  #hasCreate: boolean

  constructor(run: CopyRun) {
    this.#run = run
    this.#hasCreate = run.target.session.driver.capabilities.operations['files.createOnly']?.kind === 'native'
  }

  /**
   * Copies a file to the target, where it appears whole or not at all.
   *
   * @param listed - the file by the source's listing
   * @param mayReplace - whether a file that is there is replaced; otherwise `already-exists`
   */
  async write(rest: string, listed: FileInfo, mayReplace: boolean): Promise<WrittenFile> {
    const { target } = this.#run
    checkName('file key', target.prefix + rest, target.session.driver.capabilities.limits.keyBytes)
    if (!mayReplace && !this.#hasCreate) await this.#refuseExisting(rest)
    if (copiesItself(this.#run)) return this.#copyInside(rest, listed, mayReplace)
    return this.#writeUnlessRefused(rest, listed, mayReplace)
  }

  async #writeUnlessRefused(rest: string, listed: FileInfo, mayReplace: boolean): Promise<WrittenFile> {
    const condition = { kind: mayReplace || !this.#hasCreate ? 'replace' : 'create' } as const
    try {
      return await this.#send(rest, listed, condition, [])
    } catch (error) {
      if (condition.kind === 'create' && StorageError.is(error, 'unsupported') && !isOfAttribute(error)) {
        this.#hasCreate = false
        return this.write(rest, listed, mayReplace)
      }
      // Backends with fixed lifetimes take only those.
      const isDated = listed.expiresAt !== undefined && mayLose('expiresAt', this.#run.options)
      if (!isDated || !StorageError.is(error, 'invalid-argument')) throw error
      return await this.#send(rest, listed, condition, ['expiresAt'])
    }
  }

  // Without an atomic "create only" the next best is to look right before; two racing writers may then both succeed.
  async #refuseExisting(rest: string): Promise<void> {
    if ((await lookUpFile(this.#run.target, rest, callOf(this.#run))) === undefined) return
    throw isThereAlready(this.#run.target, rest)
  }

  async #copyInside(rest: string, listed: FileInfo, overwrite: boolean): Promise<WrittenFile> {
    const { source, target, controls } = this.#run
    await controls.gate()
    const request = { from: fileAt(source, rest), to: fileAt(target, rest), overwrite }
    const file = await atSide(target, placeOf(target, 'files.copy', rest), controls.signal, () =>
      target.session.files.copy(request, callOf(this.#run)),
    )
    if (file.sizeBytes !== listed.sizeBytes) throw changedInside(listed)
    controls.advance(file.sizeBytes)
    const verification = verifyChecksums(file, listed.checksums)
    return { file, checksums: {}, verification, lost: [] }
  }

  async #send(
    rest: string,
    listed: FileInfo,
    condition: WriteCondition,
    refused: readonly Attribute[],
  ): Promise<WrittenFile> {
    const { source, options } = this.#run
    const opened = await openSource(source, rest, listed, options.verify !== 'counts', callOf(this.#run))
    let counted = 0
    const controls: TransferControls = {
      ...this.#run.controls,
      advance: (count) => {
        counted += count
        this.#run.controls.advance(count)
      },
    }
    try {
      return await this.#sendOpened(rest, opened, condition, refused, controls)
    } catch (error) {
      this.#run.controls.advance(-counted)
      throw error
    } finally {
      await opened.release()
    }
  }

  async #sendOpened(
    rest: string,
    opened: SourceFile,
    condition: WriteCondition,
    refused: readonly Attribute[],
    controls: TransferControls,
  ): Promise<WrittenFile> {
    const { target, options } = this.#run
    const { session } = target
    const lost = [...new Set([...lostAttributes(opened.file, session), ...refused])]
    const attributes = carriedAttributes(opened.file, session, options, lost)
    const asked = options.verify === 'counts' ? [] : (['sha256'] as const)
    const limited = limitSize(opened.source, session.driver.capabilities.limits.fileBytes)
    const metered = new MeteredSource(limited, wantedAlgorithms(asked, opened.file.checksums), controls)
    const checked = new CheckedSource(metered, opened.file)
    const crc32 = (): string => metered.digests().crc32 ?? ''
    const write = { ...fileAt(target, rest), source: checked, attributes, condition, crc32, onPart: () => undefined }
    const file = await atSide(target, placeOf(target, 'files.write', rest), controls.signal, () =>
      session.files.write(write, callOf(this.#run)),
    ).catch((error: unknown) => {
      throw checked.failure === undefined ? error : this.#explainReading(rest, checked.failure)
    })
    controls.receipt.bytesSent += opened.file.sizeBytes
    const checksums = metered.digests()
    checkSent(opened, checksums.sha256)
    checkStored(file, opened.file)
    // A driver that reads by ranges has seen no end at which they could have been compared.
    verifyChecksums(opened.file, checksums)
    return { file, checksums, verification: verifyChecksums(file, checksums), lost }
  }

  #explainReading(rest: string, error: unknown): StorageError {
    const { source, controls } = this.#run
    return source.session.explain(error, placeOf(source, 'files.read', rest), controls.signal)
  }
}

function checkSent({ file, sha256 }: SourceFile, sent: string | undefined): void {
  const read = sha256()
  if (read === undefined || sent === undefined || read === sent) return
  const message = `the bytes sent of ${file.key} are not those that were read: copy it again`
  throw new StorageError({ code: 'corrupt-data', message, applied: 'yes', details: { key: file.key, read, sent } })
}

function checkStored(stored: FileInfo, { key, sizeBytes }: FileInfo): void {
  if (stored.sizeBytes === sizeBytes) return
  const message = `${key} has ${sizeBytes} bytes, but ${stored.sizeBytes} are stored: copy it again`
  const details = { key, sent: sizeBytes, stored: stored.sizeBytes }
  throw new StorageError({ code: 'corrupt-data', message, applied: 'yes', details })
}

function isOfAttribute(error: StorageError): boolean {
  return error.details['attribute'] !== undefined
}

function changedInside({ key }: FileInfo): StorageError {
  const message = `${key} changed while it was copied, and the backend copied the newer version: copy it again`
  return new StorageError({ code: 'conflict', message, applied: 'yes', details: { key } })
}
