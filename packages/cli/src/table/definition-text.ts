import type { ColumnType, IndexDefinition, NamedColumn } from 'stowage'
import { UsageError } from '../usage-error.ts'

/** Reads columns as they are written on the command line: `id:string`, with `!` where a value is required. */
export function readColumns(texts: readonly string[]): NamedColumn[] {
  return texts.map((text) => {
    const isRequired = text.endsWith('!')
    const plain = isRequired ? text.slice(0, -1) : text
    const colon = plain.lastIndexOf(':')
    if (colon <= 0)
      throw new UsageError(`the column ${JSON.stringify(text)} has no type: write name:type, such as id:string`)
    // What types there are is for the table's definition to say.
    const type = plain.slice(colon + 1) as ColumnType
    return { name: plain.slice(0, colon), type, ...(isRequired ? { required: true } : {}) }
  })
}

/** Reads an index: `name=a,b`, with `!` for a unique one. */
export function readIndex(text: string): IndexDefinition {
  const isUnique = text.endsWith('!')
  const plain = isUnique ? text.slice(0, -1) : text
  const equals = plain.indexOf('=')
  if (equals <= 0) throw new UsageError(`the index ${JSON.stringify(text)} names no columns: write name=a,b`)
  const columns = plain.slice(equals + 1).split(',')
  return { name: plain.slice(0, equals), columns, ...(isUnique ? { unique: true } : {}) }
}
