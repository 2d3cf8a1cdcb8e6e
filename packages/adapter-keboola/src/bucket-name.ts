import { invalidArgument } from '@stowage/core/driver'
import { maxName } from './capabilities.ts'

/** The bucket that stands for the file storage. */
export const fileBucket = 'files'

/** The parts of a bucket's id. */
export interface BucketNameParts {
  /** The stage. */
  readonly stage: 'in' | 'out'
  /** The name, without the `c-` that the service puts in front. */
  readonly name: string
}

const form = /^(in|out)\.(?:c-)?([A-Za-z0-9_-]+)$/

/**
 * Takes a bucket's id apart, as it has to be for a new one.
 *
 * @throws StorageError `invalid-argument` for what can't be the id of a bucket
 */
export function parseBucketName(bucket: string): BucketNameParts {
  const [, stage, name] = form.exec(bucket) ?? []
  if (stage === undefined || name === undefined) {
    throw invalidArgument(
      `a bucket of Keboola can't be called ${JSON.stringify(bucket)}: use in.c- or out.c- and letters, digits, dashes or underscores`,
    )
  }
  if (`c-${name}`.length > maxName)
    throw invalidArgument(`the name of the bucket is longer than ${maxName} characters behind its stage: shorten it`)
  return { stage: stage as BucketNameParts['stage'], name }
}

const tableForm = /^[A-Za-z0-9_-]+$/

/** Checks the name of a new table. */
export function checkTableName(table: string): void {
  if (tableForm.test(table) && table.length <= maxName) return
  throw invalidArgument(
    `a table of Keboola can't be called ${JSON.stringify(table)}: use letters, digits, dashes and underscores, ${maxName} at most`,
  )
}
