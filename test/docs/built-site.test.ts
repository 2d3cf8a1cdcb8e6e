import { deflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { findSiteFaults } from './built-site.ts'

const page = (title: string, body: string): string =>
  `<html><head><title>${title}</title></head><body>${body}</body></html>`

/** A search index that knows the text of these pages. */
function searchIndex(...urls: string[]): string {
  const words = urls.map((url, row) => [`word${row}`, { _index: row, name: {}, document: { [row]: {} } }])
  const data = { rows: urls.map((url) => ({ url })), index: { invertedIndex: words } }
  return `window.searchData = "${deflateSync(JSON.stringify(data)).toString('base64')}";`
}

test('a site whose links all lead somewhere has no faults', () => {
  const site = new Map([
    ['index.html', page('Home', '<a href="documents/A.html#one">a</a> <a href="https://example.com/">out</a>')],
    ['documents/A.html', page('A', '<h2 id="one">One</h2> <a href="../index.html">home</a> <a href="#one">up</a>')],
    ['assets/style.css', 'a { background: url(icons.svg) }'],
    ['assets/search.js', searchIndex('documents/A.html')],
  ])
  expect(findSiteFaults(site)).toEqual([])
})

test('dead links, lost pages, missing and repeated titles, unknown pages and parts from elsewhere are found', () => {
  const site = new Map([
    ['index.html', page('Home', '<a href="documents/A.html#two">a</a> <a href="gone.html">b</a>')],
    ['documents/A.html', page('A', '<img class="x" src="https://example.com/a.png">')],
    ['documents/B.html', page('A', '<script src="//cdn.example.com/a.js"></script>')],
    ['documents/C.html', '<a href="../index.html">home</a>'],
    ['assets/style.css', "@import 'https://example.com/font.css';"],
    ['assets/search.js', searchIndex('documents/B.html', 'documents/C.html')],
  ])
  expect(findSiteFaults(site)).toEqual([
    "index.html links to documents/A.html#two, which isn't there",
    "index.html links to gone.html, which isn't there",
    'no link leads to documents/B.html',
    'no link leads to documents/C.html',
    'documents/C.html has no title',
    'several pages are called "A"',
    'the text of documents/A.html is not in the search index',
    'documents/A.html needs https://example.com/a.png',
    'documents/B.html needs //cdn.example.com/a.js',
    'assets/style.css needs https://example.com/font.css',
  ])
})

test('a site without a search index is not searchable', () => {
  expect(findSiteFaults(new Map([['index.html', page('Home', '')]]))).toEqual(['the site has no search index'])
})
