import type { FileEntry, Page } from '@stowage/core'
import type { ListFilesRequest, OperationName } from '@stowage/core/driver'
import { changeRequests, changeResults, type Mutant, replace } from './mutant.ts'

const listings: readonly OperationName[] = ['buckets.list', 'tables.list', 'files.list']

/** Lies about listings of buckets, tables and files. */
export const listingMutants: readonly Mutant[] = [
  {
    name: 'a file listing ends after its first page',
    breaks: 'No token is passed on, so the rest is silently missing.',
    caughtBy: ['listings/pages-of-7'],
    make: (driver) => changeResults(driver, ['files.list'], (page: Page<FileEntry>) => only(page)),
  },
  {
    name: 'a listing of buckets ends after its first page',
    breaks: 'No token is passed on, so the rest is silently missing.',
    caughtBy: ['buckets/list-pages'],
    make: (driver) => changeResults(driver, ['buckets.list'], (page: Page<unknown>) => only(page)),
  },
  {
    name: 'a listing of tables ends after its first page',
    breaks: 'No token is passed on, so the rest is silently missing.',
    caughtBy: ['tables/list-pages'],
    make: (driver) => changeResults(driver, ['tables.list'], (page: Page<unknown>) => only(page)),
  },
  {
    name: 'the third page of a listing is the second one again',
    breaks: 'A token is ignored once, so one page comes twice.',
    caughtBy: ['listings/pages-of-7'],
    make: (driver) => repeatPage(driver),
  },
  {
    name: 'pages of a listing overlap',
    breaks: 'Each page begins with the last entry of the page before.',
    caughtBy: ['listings/pages-of-7'],
    make: (driver) => {
      let last: FileEntry | undefined
      return changeResults(driver, ['files.list'], (page: Page<FileEntry>, request: ListFilesRequest) => {
        const items = request.pageToken === undefined || last === undefined ? page.items : [last, ...page.items]
        last = page.items.at(-1)
        return { ...page, items }
      })
    },
  },
  {
    name: 'the last entry of each full page is lost',
    breaks: 'It reads one entry more to see whether there is a next page, and drops it.',
    caughtBy: ['listings/pages-of-7', 'buckets/list-pages'],
    make: (driver) =>
      changeResults(driver, listings, (page: Page<unknown>) =>
        page.nextPageToken === undefined ? page : { ...page, items: page.items.slice(0, -1) },
      ),
  },
  {
    name: 'pages of a listing are larger than asked for',
    breaks: 'The page size is ignored, and everything is gathered into one page.',
    caughtBy: ['listings/pages-of-7'],
    make: (driver) => changeRequests(driver, listings, (request) => ({ ...request, pageSize: 10_000 })),
  },
  {
    name: 'a listing is in order of UTF-16 units',
    breaks: 'Entries are sorted again as JavaScript does.',
    caughtBy: ['listings/order-unicode'],
    make: (driver) =>
      changeResults(driver, ['files.list'], (page: Page<FileEntry>) => ({
        ...page,
        items: page.items.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)),
      })),
  },
  {
    name: 'the prefix of a listing is ignored',
    breaks: 'All files of the bucket are listed.',
    caughtBy: ['listings/prefix'],
    make: (driver) => changeRequests(driver, ['files.list'], (request) => ({ ...request, prefix: '' })),
  },
  {
    name: 'a prefix is taken for a folder',
    breaks: 'Prefix `a` is searched as `a/`.',
    caughtBy: ['listings/prefix'],
    make: (driver) =>
      changeRequests(driver, ['files.list'], (request: ListFilesRequest) => ({
        ...request,
        prefix: request.prefix === '' || request.prefix.endsWith('/') ? request.prefix : `${request.prefix}/`,
      })),
  },
  {
    name: 'the delimiter of a listing is ignored',
    breaks: 'All files come one by one.',
    caughtBy: ['listings/delimiter'],
    make: (driver) => changeRequests(driver, ['files.list'], (request) => ({ ...request, delimiter: undefined })),
  },
  {
    name: 'any delimiter is taken for a slash',
    breaks: 'Files are folded at `/` whatever was asked for.',
    caughtBy: ['listings/delimiter-other'],
    make: (driver) =>
      changeRequests(driver, ['files.list'], (request: ListFilesRequest) => ({
        ...request,
        delimiter: request.delimiter === undefined ? undefined : '/',
      })),
  },
  {
    name: 'prefix entries of a listing are left out',
    breaks: 'With a delimiter only files are listed, as a service does that returns prefixes in a list of their own.',
    caughtBy: ['listings/delimiter'],
    make: (driver) =>
      changeResults(driver, ['files.list'], (page: Page<FileEntry>) => ({
        ...page,
        items: page.items.filter(({ kind }) => kind === 'file'),
      })),
  },
  {
    name: 'prefix entries of a listing come after the files',
    breaks: 'A page gives files first, then prefixes.',
    caughtBy: ['listings/delimiter'],
    make: (driver) =>
      changeResults(driver, ['files.list'], (page: Page<FileEntry>) => ({
        ...page,
        items: page.items.toSorted((a, b) => Number(a.kind === 'prefix') - Number(b.kind === 'prefix')),
      })),
  },
  {
    name: 'a listing of a bucket that is not there is empty',
    breaks: 'The failure is swallowed.',
    caughtBy: ['listings/missing-bucket'],
    make: (driver) =>
      replace(driver, 'files.list', (list) => async (request, call) => {
        try {
          return await list(request, call)
        } catch {
          return { items: [], nextPageToken: undefined }
        }
      }),
  },
  {
    name: 'a listing shows what was there a while ago',
    breaks: 'The first listing of a bucket is cached, and later ones answer from it.',
    caughtBy: ['listings/at-once'],
    make: (driver) => {
      const cache = new Map<string, Promise<Page<FileEntry>>>()
      return replace(driver, 'files.list', (list) => (request, call) => {
        const key = JSON.stringify(request)
        const cached = cache.get(key) ?? list(request, call)
        cache.set(key, cached)
        return cached
      })
    },
  },
]

function only<Item>({ items }: Page<Item>): Page<Item> {
  return { items, nextPageToken: undefined }
}

function repeatPage(driver: Parameters<Mutant['make']>[0]): ReturnType<Mutant['make']> {
  let pages = 0
  let tokenOfSecond: string | undefined
  return changeRequests(driver, ['files.list'], (request: ListFilesRequest) => {
    pages = request.pageToken === undefined ? 1 : pages + 1
    if (pages === 2) tokenOfSecond = request.pageToken
    return pages === 3 ? { ...request, pageToken: tokenOfSecond } : request
  })
}

function nameOf(entry: FileEntry): string {
  return entry.kind === 'file' ? entry.file.key : entry.prefix
}
