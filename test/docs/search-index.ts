import { inflateSync } from 'node:zlib'

/** What typedoc's search looks in: the pages, and for each word the pages that have it in their text. */
interface SearchData {
  readonly rows: readonly { readonly url: string }[]
  readonly index: { readonly invertedIndex: readonly (readonly [string, Readonly<Record<string, object>>])[] }
}

/** Finds the pages of the guide whose text the search of a built site doesn't know; it works without a server, from this script alone. */
export function findUnsearchable(script: string, documents: readonly string[]): string[] {
  const data = readSearchData(script)
  if (data === undefined) return ['the site has no search index']
  const found = new Set(data.index.invertedIndex.flatMap(([, fields]) => Object.keys(fields['document'] ?? {})))
  const rowByUrl = new Map(data.rows.map(({ url }, row) => [url, String(row)]))
  return documents
    .filter((url) => !found.has(rowByUrl.get(url) ?? ''))
    .map((url) => `the text of ${url} is not in the search index`)
}

function readSearchData(script: string): SearchData | undefined {
  const [, encoded] = /^window\.searchData = "([^"]+)"/.exec(script) ?? []
  if (encoded === undefined) return undefined
  return JSON.parse(inflateSync(Buffer.from(encoded, 'base64')).toString()) as SearchData
}
