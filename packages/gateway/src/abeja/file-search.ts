import type { ChannelFile } from './file-order.ts'
import { decodeText, userPrefix } from './file-metadata.ts'

/** Tells whether a file is looked for. */
export type FileSearch = (file: ChannelFile) => boolean

/**
 * Reads the search of a listing of channel files: `x-abeja-meta-<key>:<text>` finds the files whose value under that key contains
 * the text, as it was sent or decoded; without a colon, any value of a file may.
 */
export function readSearch(query: string): FileSearch {
  const colon = query.indexOf(':')
  if (colon === -1) return ({ metadata }) => Object.values(metadata).some((value) => contains(value, query))
  const text = query.slice(colon + 1)
  const name = decodeText(query.slice(0, colon)).toLowerCase()
  if (!name.startsWith(userPrefix)) return () => false
  return ({ metadata }) => {
    // A search looks at every file of a channel, and makes nothing on the way.
    for (const key in metadata) {
      const isMeant = key === name || (key.includes('%') && decodeText(key).toLowerCase() === name)
      if (isMeant && contains(metadata[key] ?? '', text)) return true
    }
    return false
  }
}

function contains(value: string, text: string): boolean {
  return value.includes(text) || (value.includes('%') && decodeText(value).includes(text))
}
