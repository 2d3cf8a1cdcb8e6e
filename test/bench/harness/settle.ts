import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** Waits until the system has written to disk what was written before, so that it doesn't slow down what is timed next. */
export async function settleDisk(): Promise<void> {
  // Windows has no such command; there the figures are noisier.
  await promisify(execFile)('sync').catch(() => undefined)
}
