import { Checksums } from '../../bytes/checksum.ts'
import type { FileInfo } from '../../contract/file.ts'
import type { CallContext } from '../../driver/call.ts'
import { returnChunk } from '../../bytes/chunk-pool.ts'
import { StorageError } from '../../errors/storage-error.ts'
import { openFile } from '../../portable/resumable-body.ts'
import { verifyChecksums, wantedAlgorithms } from '../../portable/verification.ts'
import { atSide, fileAt, placeOf, type Side } from './file-set.ts'

/** A file that was read through. */
export interface ReadContent {
  /** The file, as the reading found it. */
  readonly file: FileInfo
  /** The SHA-256 of its bytes. */
  readonly sha256: string
}

/** Reads a file through and gives the SHA-256 of its bytes; they are compared with the checksums the backend keeps as well. */
export async function readContent(side: Side, rest: string, call: CallContext): Promise<ReadContent> {
  const place = placeOf(side, 'files.read', rest)
  return atSide(side, place, call.signal, async () => {
    const { content, body } = await openFile(side.session, fileAt(side, rest), {}, place, call)
    const checksums = new Checksums(wantedAlgorithms(['sha256'], content.file.checksums))
    for await (const chunk of body) {
      checksums.update(chunk)
      returnChunk(chunk)
    }
    const digests = checksums.digest()
    verifyChecksums(content.file, digests)
    return { file: content.file, sha256: digests.sha256 ?? '' }
  })
}

/** Gives a file's facts; undefined without it. */
export async function lookUpFile(side: Side, rest: string, call: CallContext): Promise<FileInfo | undefined> {
  const place = placeOf(side, 'files.stat', rest)
  try {
    return await atSide(side, place, call.signal, () => side.session.files.stat(fileAt(side, rest), call))
  } catch (error) {
    if (StorageError.is(error, 'not-found')) return undefined
    throw error
  }
}
