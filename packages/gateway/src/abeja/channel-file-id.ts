import { randomUUID } from 'node:crypto'

const pattern = /^\d{8}T\d{6}-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Makes the id of a channel file: the second of its upload and a random part. Ids of one second have no order. */
export function newFileId(nowMs: number): string {
  const second = new Date(nowMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')
  return `${second}-${randomUUID()}`
}

/** Tells whether a text has the form of such an id. */
export function isFileId(text: string): boolean {
  return pattern.test(text)
}
