import { invalidField } from './abeja-error.ts'
import type { FileFacts } from './stored-file.ts'
import { decodeText, userPrefix } from './file-metadata.ts'

/** A file of a channel. */
export interface ChannelFile extends FileFacts {
  /** Its id. */
  readonly fileId: string
}

/** Tells which of two files comes first. */
export type FileOrder = (one: ChannelFile, other: ChannelFile) => number

interface SortField {
  readonly name: string
  readonly sign: 1 | -1
}

const mostFields = 8

/** The order of a listing that asks for none. */
export const defaultSort = 'uploaded_at'

/** Reads what a listing is sorted by: fields with commas between them, `-` before those that go down. */
export function readOrder(sort: string): FileOrder {
  const fields = readFields(sort)
  const compareLast = byUpload(fields.find(({ name }) => name === 'uploaded_at')?.sign ?? 1)
  return (one, other) => {
    for (const { name, sign } of fields) {
      const compared = name === 'uploaded_at' ? one.uploadedMs - other.uploadedMs : compareTexts(one, other, name)
      if (compared !== 0) return compared * sign
    }
    return compareLast(one, other)
  }
}

/** Gives the names of the metadata that an order looks at. */
export function sortedMetadata(sort: string): string[] {
  return readFields(sort).flatMap(({ name }) => (name.startsWith(userPrefix) ? [name] : []))
}

function readFields(sort: string): SortField[] {
  const fields = sort.split(',').map((text) => readField(text.trim()))
  if (fields.length > mostFields) throw invalidField('sort', `has ${fields.length} fields: ${mostFields} are allowed`)
  return fields
}

function readField(text: string): SortField {
  const isDown = text.startsWith('-')
  const name = isDown ? text.slice(1) : text
  if (['uploaded_at', 'file_id', 'content_type'].includes(name)) return { name, sign: isDown ? -1 : 1 }
  if (name.startsWith(userPrefix)) return { name: name.toLowerCase(), sign: isDown ? -1 : 1 }
  throw invalidField('sort', `"${name}" is no field: use uploaded_at, file_id, content_type or ${userPrefix}…`)
}

// Many files are uploaded in one instant, and their ids have no order.
function byUpload(sign: 1 | -1): FileOrder {
  return (one, other) =>
    (one.uploadedMs - other.uploadedMs || one.sequence - other.sequence || compare(one.fileId, other.fileId)) * sign
}

function compareTexts(one: ChannelFile, other: ChannelFile, name: string): number {
  return compare(textOf(one, name), textOf(other, name))
}

// What isn't there comes first.
function textOf({ fileId, contentType, metadata }: ChannelFile, name: string): string {
  if (name === 'file_id') return fileId
  if (name === 'content_type') return contentType ?? ''
  return Object.hasOwn(metadata, name) ? ` ${decodeText(metadata[name] ?? '')}` : ''
}

function compare(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1
}
