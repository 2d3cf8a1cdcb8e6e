import { createHash } from 'node:crypto'
import type { FileStore } from './file-store.ts'
import { AzureError } from './azure-error.ts'
import { stagedFolder } from './file-record.ts'

const mostBlocks = 50_000
const mostListBytes = 8 * 1024 * 1024

/** Gives the key of a block that waits for its list. */
export function blockKey(container: string, blob: string, blockId: string | null): string {
  const bytes = Buffer.from(blockId ?? '', 'base64')
  // What isn't Base64 comes back otherwise.
  const isBase64 = blockId !== null && blockId !== '' && bytes.toString('base64') === blockId && bytes.length <= 64
  if (!isBase64) throw new AzureError('InvalidBlockId')
  const blobId = createHash('sha256').update(blob).digest('hex').slice(0, 32)
  return `${stagedFolder(container)}/${blobId}/${bytes.toString('hex')}`
}

/** Reads the list that makes a blob of its blocks: their ids in order. */
export function readBlockList(xml: string): readonly string[] {
  const body = /^\s*(?:<\?xml[^>]*\?>)?\s*<BlockList\s*(?:\/>\s*$|>)/.exec(xml)
  if (body === null) throw new AzureError('InvalidXmlDocument')
  const rest = xml.slice(body[0].length)
  if (body[0].trimEnd().endsWith('/>')) return []
  const element = /\s*<(Latest|Uncommitted|Committed)>\s*([A-Za-z0-9+/=]+)\s*<\/\1>/y
  const ids: string[] = []
  let end = 0
  for (let found = element.exec(rest); found !== null; found = element.exec(rest)) {
    // Blocks that are part of a blob already are kept nowhere by themselves.
    if (found[1] === 'Committed' || ids.length === mostBlocks) throw new AzureError('InvalidBlockList')
    ids.push(found[2] as string)
    end = element.lastIndex
  }
  if (!/^\s*<\/BlockList>\s*$/.test(rest.slice(end))) throw new AzureError('InvalidXmlDocument')
  return ids
}

/** Reads the text of such a list, as long as it isn't too long. */
export async function readListText(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const read: Uint8Array[] = []
  let count = 0
  for await (const chunk of chunks) {
    count += chunk.length
    if (count > mostListBytes) throw new AzureError('RequestBodyTooLarge')
    read.push(chunk)
  }
  return Buffer.concat(read).toString('utf8')
}

/** Gives the bytes of blocks, one after the other. */
export async function* joinBlocks(
  store: FileStore,
  keys: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (const key of keys) yield* store.object(key).stream({ signal })
}
