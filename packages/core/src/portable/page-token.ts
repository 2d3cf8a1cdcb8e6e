import { StorageError } from '../errors/storage-error.ts'

/**
 * Gives a page as it is, unless its token is the one it was asked with: such a backend stays where it is, and whoever reads on would read
 * the same page for ever.
 *
 * @param pageToken - what the page was asked with
 * @param page - the page
 */
export function checkAdvance<Page extends { readonly nextPageToken: string | undefined }>(
  pageToken: string | undefined,
  page: Page,
): Page {
  if (pageToken === undefined || page.nextPageToken !== pageToken) return page
  const message =
    'the backend gave the page token it was asked with, so it never comes to an end: this is a fault of the adapter'
  throw new StorageError({ code: 'internal', message })
}
