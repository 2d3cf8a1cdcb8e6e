import { StorageError } from '../errors/storage-error.ts'

/** Tells whether what is looked up is there: false for `not-found`; every other failure stays one. */
export async function isThere(lookup: Promise<unknown>): Promise<boolean> {
  try {
    await lookup
    return true
  } catch (error) {
    if (StorageError.is(error, 'not-found')) return false
    throw error
  }
}
