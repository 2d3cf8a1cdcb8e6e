import { type AbejaError, invalidField } from './abeja-error.ts'
import { type DayRange, readDayRange } from './day-range.ts'
import { type ChannelFile, defaultSort, type FileOrder, readOrder, sortedMetadata } from './file-order.ts'
import { type FileSearch, readSearch } from './file-search.ts'

const parameterNames = ['start', 'end', 'timezone', 'items_per_page', 'sort', 'q'] as const

type Parameters = Partial<Record<(typeof parameterNames)[number], string>>

/** What a page of a channel's files is to hold. */
export interface FilePageQuery {
  /** The order; undefined for that of the uploads. */
  readonly order: FileOrder | undefined
  /** What values of a file have to contain to be on the list; empty for anything. */
  readonly text: string
  /** Whether a file whose values do is on it. */
  readonly isWanted: (file: ChannelFile) => boolean
  /** The most files of the page. */
  readonly count: number
  /** The place after which it begins; undefined for the beginning. */
  readonly after: ChannelFile | undefined
  /** Makes the token of the page after a file. */
  readonly tokenAfter: (last: ChannelFile) => string
}

/** Reads the query of a listing of channel files: filters, or the token of a page alone. */
export function readFilePageQuery(query: URLSearchParams, filesPerPage: number): FilePageQuery {
  const token = query.get('next_page_token')
  if (token === null)
    return makeQuery(
      readParameters((name) => query.get(name)),
      filesPerPage,
      undefined,
    )
  if ([...query.keys()].length > 1) {
    throw invalidField('next_page_token', 'must be the only parameter: it carries the others')
  }
  const place = openToken(token)
  return makeQuery(
    readParameters((name) => textField(place, name)),
    filesPerPage,
    readPlace(place),
  )
}

function readParameters(get: (name: string) => string | null): Parameters {
  const given = parameterNames.map((name) => [name, get(name)] as const)
  return Object.fromEntries(given.filter(([, value]) => value !== null))
}

function makeQuery(parameters: Parameters, filesPerPage: number, after: ChannelFile | undefined): FilePageQuery {
  const { start, end, timezone, items_per_page: count, sort = defaultSort, q } = parameters
  const search = q === undefined ? undefined : readSearch(q)
  return {
    order: sort === defaultSort ? undefined : readOrder(sort),
    text: search?.text ?? '',
    isWanted: wanted(readDayRange(start, end, timezone), search),
    count: count === undefined ? filesPerPage : readCount('items_per_page', count),
    after,
    tokenAfter: (last) => makeToken(parameters, sort, last),
  }
}

function wanted(range: DayRange | undefined, search: FileSearch | undefined): FilePageQuery['isWanted'] {
  return (file) =>
    (range === undefined || (file.uploadedMs >= range.startMs && file.uploadedMs < range.endMs)) &&
    (search === undefined || search.isWanted(file))
}

/** Reads how many items a page is to have. */
export function readCount(field: string, text: string): number {
  const count = /^\d{1,4}$/.test(text) ? Number(text) : 0
  if (count >= 1 && count <= 1000) return count
  throw invalidField(field, 'must be a whole number from 1 to 1000')
}

/** Takes a page from all files in order, or from those whose values contain the text. */
export function cutPage(
  files: readonly ChannelFile[],
  { order, isWanted, count, after, tokenAfter }: FilePageQuery,
): { readonly files: readonly ChannelFile[]; readonly nextToken: string | null } {
  const page: ChannelFile[] = []
  for (
    let at = after === undefined ? 0 : firstAfter(files, order ?? readOrder(defaultSort), after);
    at < files.length;
    at += 1
  ) {
    const file = files[at] as ChannelFile
    if (!isWanted(file)) continue
    // A token is given only where something follows: the official client ends at an empty page.
    if (page.length === count) return { files: page, nextToken: tokenAfter(page.at(-1) as ChannelFile) }
    page.push(file)
  }
  return { files: page, nextToken: null }
}

function firstAfter(files: readonly ChannelFile[], order: FileOrder, place: ChannelFile): number {
  let low = 0
  let high = files.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (order(files[middle] as ChannelFile, place) <= 0) low = middle + 1
    else high = middle
  }
  return low
}

// The place is all that the order looks at, so that it holds when the file itself is deleted meanwhile.
function makeToken(
  parameters: Parameters,
  sort: string,
  { fileId, uploadedMs, sequence, contentType, metadata }: ChannelFile,
): string {
  const names = sortedMetadata(sort).filter((name) => Object.hasOwn(metadata, name))
  const place = {
    last_file_id: fileId,
    last_uploaded: `${uploadedMs} ${sequence}`,
    ...(contentType === undefined ? {} : { last_content_type: contentType }),
    ...(names.length === 0 ? {} : { last_metadata: Object.fromEntries(names.map((name) => [name, metadata[name]])) }),
  }
  return Buffer.from(JSON.stringify({ ...parameters, ...place })).toString('base64')
}

function openToken(token: string): Readonly<Record<string, unknown>> {
  try {
    const place: unknown = JSON.parse(Buffer.from(token, 'base64').toString())
    if (typeof place === 'object' && place !== null) return place as Record<string, unknown>
  } catch {
    // Said below.
  }
  throw malformedToken()
}

function malformedToken(): AbejaError {
  return invalidField('next_page_token', 'is malformed')
}

function textField(place: Readonly<Record<string, unknown>>, name: string): string | null {
  const value = Object.hasOwn(place, name) ? place[name] : null
  if (value === null || typeof value === 'string') return value
  throw malformedToken()
}

function readPlace(place: Readonly<Record<string, unknown>>): ChannelFile {
  const [, uploaded, sequence] = /^(\d{1,16}) (\d{1,16})$/.exec(textField(place, 'last_uploaded') ?? '') ?? []
  const fileId = textField(place, 'last_file_id')
  if (uploaded === undefined || sequence === undefined || fileId === null) throw malformedToken()
  return {
    fileId,
    uploadedMs: Number(uploaded),
    sequence: Number(sequence),
    contentType: textField(place, 'last_content_type') ?? undefined,
    metadata: readMetadata(place['last_metadata'] ?? {}),
    lifetime: undefined,
  }
}

function readMetadata(value: unknown): Readonly<Record<string, string>> {
  const isText =
    typeof value === 'object' && value !== null && Object.values(value).every((one) => typeof one === 'string')
  if (!isText) throw malformedToken()
  return value as Record<string, string>
}
