import type { ChannelFile } from './file-order.ts'
import { decodeText, userPrefix } from './file-metadata.ts'

/** What is looked for among the files of a channel. */
export interface FileSearch {
  /** What {@link allValues} of a file has to contain. */
  readonly text: string
  /** Tells whether a file that does is one of those looked for. */
  readonly isWanted: (file: ChannelFile) => boolean
}

/**
 * Reads the search of a listing of channel files: `x-abeja-meta-<key>:<text>` finds the files whose value under that key contains
 * the text, as it was sent or decoded; without a colon, any value of a file may.
 */
export function readSearch(query: string): FileSearch {
  const colon = query.indexOf(':')
  if (colon === -1)
    return {
      text: query,
      isWanted: ({ metadata }) => Object.values(metadata).some((value) => contains(value, query)),
    }
  const text = query.slice(colon + 1)
  const name = decodeText(query.slice(0, colon)).toLowerCase()
  const isName = name.startsWith(userPrefix)
  return { text, isWanted: ({ metadata }) => isName && hasUnder(metadata, name, text) }
}

/** Gives all values of a file's metadata in one text, as they were sent and decoded. */
export function allValues({ metadata }: ChannelFile): string {
  const values = Object.values(metadata)
  const encoded = values.filter((value) => value.includes('%'))
  return [...values, ...encoded.map(decodeText)].join('\n')
}

function hasUnder(metadata: ChannelFile['metadata'], name: string, text: string): boolean {
  return Object.entries(metadata).some(([key, value]) => {
    const isMeant = key === name || (key.includes('%') && decodeText(key).toLowerCase() === name)
    return isMeant && contains(value, text)
  })
}

function contains(value: string, text: string): boolean {
  return value.includes(text) || (value.includes('%') && decodeText(value).includes(text))
}
