import { StorageError } from '@stowage/core/driver'

/** An error as data that can cross threads: what `explainError` and core look at stays. */
export interface ErrorData {
  /** Whether it is a StorageError. */
  readonly isStorageError: boolean
  /** Its own fields: code, message, errcode, errno and so on. */
  readonly fields: Readonly<Record<string, unknown>>
}

const kept = ['name', 'message', 'stack', 'code', 'errcode', 'errstr', 'errno', 'syscall', 'path'] as const

/** Gives an error as data. */
export function toErrorData(error: unknown): ErrorData {
  if (StorageError.is(error)) return { isStorageError: true, fields: { ...error.toJSON(), stack: error.stack } }
  const source = (error instanceof Error ? error : new Error(String(error))) as Error & Record<string, unknown>
  return { isStorageError: false, fields: Object.fromEntries(kept.map((name) => [name, source[name]])) }
}

/** Makes the error again. */
export function fromErrorData({ isStorageError, fields }: ErrorData): Error {
  const { stack, ...rest } = fields
  const error = isStorageError ? storageError(rest) : Object.assign(new Error(String(rest['message'])), defined(rest))
  if (typeof stack === 'string') error.stack = stack
  return error
}

function storageError(fields: Readonly<Record<string, unknown>>): StorageError {
  const facts = fields as unknown as ConstructorParameters<typeof StorageError>[0]
  return new StorageError(facts, fields)
}

function defined(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}
