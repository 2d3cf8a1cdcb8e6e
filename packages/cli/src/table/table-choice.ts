import type { CopyChoice } from '../copy/copy-options.ts'

/** What `table copy` may be told. */
export interface TableChoice extends CopyChoice {
  readonly columns?: readonly string[]
  readonly filter?: string
  readonly create: boolean
  readonly batchRows?: number
  readonly fromFile: boolean
  readonly toFile: boolean
  readonly format?: 'csv' | 'json-lines' | 'json'
}
