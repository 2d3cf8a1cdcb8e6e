import type { DeleteOutcome } from '../contract/file.ts'
import type { ReceiptRecorder } from '../contract/receipt.ts'
import type { CallContext } from '../driver/call.ts'
import { StorageError } from '../errors/storage-error.ts'
import type { CallOptions } from './call-options.ts'
import { checkName } from './names.ts'
import type { CallPlace, Session } from './session.ts'

/** Deletes several files: natively in lists the backend takes, otherwise one by one. */
export async function deleteFiles(
  session: Session,
  bucket: string,
  keys: Iterable<string>,
  options: CallOptions,
  receipt?: ReceiptRecorder,
): Promise<DeleteOutcome[]> {
  const place = { operation: 'files.deleteMany', resource: bucket }
  const { keyBytes, filesPerDelete } = session.driver.capabilities.limits
  const distinct = [...new Set(keys)].map((key) => checkName('file key', key, keyBytes))
  const isEmulated = session.isEmulated('files.deleteMany', place)
  const deleteAll = async (call: CallContext): Promise<DeleteOutcome[]> => {
    if (isEmulated) return deleteOneByOne(session, bucket, distinct, call)
    const size = filesPerDelete ?? 1000
    const outcomes: DeleteOutcome[] = []
    for (let start = 0; start < distinct.length; start += size) {
      const part = distinct.slice(start, start + size)
      outcomes.push(...(await deletePart(session, place, bucket, part, call)))
    }
    return outcomes
  }
  return session.run(place, options, deleteAll, receipt)
}

// A list that fails as a whole says nothing of the lists before it: their outcomes must not be lost with it.
async function deletePart(
  session: Session,
  place: CallPlace,
  bucket: string,
  keys: readonly string[],
  call: CallContext,
): Promise<readonly DeleteOutcome[]> {
  try {
    call.signal.throwIfAborted()
    return await session.files.deleteMany({ bucket, keys }, call)
  } catch (error) {
    const explained = session.explain(error, place, call.signal)
    return keys.map((key) => ({ key, outcome: 'failed', error: explained }))
  }
}

async function deleteOneByOne(
  session: Session,
  bucket: string,
  keys: readonly string[],
  call: CallContext,
): Promise<DeleteOutcome[]> {
  call.receipt.emulated.push('files.deleteMany')
  const outcomes: DeleteOutcome[] = []
  for (const key of keys) {
    try {
      call.signal.throwIfAborted()
      await session.files.delete({ bucket, key }, call)
      outcomes.push({ key, outcome: 'deleted', error: undefined })
    } catch (error) {
      const explained = session.explain(error, { operation: 'files.delete', resource: `${bucket}/${key}` }, call.signal)
      const isMissing = StorageError.is(explained, 'not-found')
      outcomes.push({ key, outcome: isMissing ? 'not-found' : 'failed', error: isMissing ? undefined : explained })
    }
  }
  return outcomes
}
