import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { findUnsearchable } from './search-index.ts'

/** The text of a built site's pages, style sheets and search index, by path from its root; of other files only the path. */
export type BuiltSite = ReadonlyMap<string, string>

/** Reads what `pnpm docs:api` built. */
export function readBuiltSite(folder: string): BuiltSite {
  const files = globSync('**/*', { cwd: folder, withFileTypes: true }).filter((entry) => entry.isFile())
  return new Map(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name)
      const name = path.slice(folder.length + 1).replaceAll('\\', '/')
      return [name, /\.(html|css)$|^assets\/search\.js$/.test(name) ? readFileSync(path, 'utf8') : '']
    }),
  )
}

/**
 * Finds what is wrong with a built site: links to nowhere, pages no link leads to, pages without a title of their own, pages of
 * the guide that the search doesn't know, and anything a browser would fetch from somewhere else.
 */
export function findSiteFaults(site: BuiltSite): string[] {
  const pages = [...site].filter(([name]) => name.endsWith('.html'))
  return [
    ...pages.flatMap(([name, html]) => deadLinks(site, name, html)),
    ...unreachable(site),
    ...pages.filter(([, html]) => !/<title>[^<]+<\/title>/.test(html)).map(([name]) => `${name} has no title`),
    ...repeatedTitles(pages),
    ...findUnsearchable(
      site.get('assets/search.js') ?? '',
      pages.map(([name]) => name).filter((name) => name.startsWith('documents/')),
    ),
    ...[...site].flatMap(([name, text]) => foreignParts(name, text)),
  ]
}

interface Link {
  readonly target: string
  readonly fragment: string
}

function linksOf(name: string, html: string): Link[] {
  const attributes = [...html.matchAll(/<(?:a|link|script|img)\b[^>]*?\b(?:href|src)="([^"]*)"/g)]
  return attributes
    .map(([, url = '']) => url.replaceAll('&amp;', '&'))
    .filter((url) => !/^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(url))
    .map((url) => {
      const [path = '', fragment = ''] = url.split('#')
      const target = path === '' ? name : normalize(join(dirname(name), decodeURIComponent(path))).replaceAll('\\', '/')
      return { target, fragment: decodeURIComponent(fragment) }
    })
}

function deadLinks(site: BuiltSite, name: string, html: string): string[] {
  return linksOf(name, html)
    .filter(({ target, fragment }) => !leadsSomewhere(site.get(target), fragment))
    .map(({ target, fragment }) => `${name} links to ${target}${fragment && `#${fragment}`}, which isn't there`)
}

function leadsSomewhere(page: string | undefined, fragment: string): boolean {
  if (page === undefined) return false
  return fragment === '' || page === '' || page.includes(` id="${fragment}"`)
}

function unreachable(site: BuiltSite): string[] {
  const reached = new Set(['index.html'])
  // A set gives what is added while it is walked through.
  for (const name of reached) {
    for (const { target } of linksOf(name, site.get(name) ?? '')) if (site.has(target)) reached.add(target)
  }
  const lost = [...site.keys()].filter((name) => name.endsWith('.html') && !reached.has(name))
  return lost.map((name) => `no link leads to ${name}`)
}

function repeatedTitles(pages: readonly (readonly [string, string])[]): string[] {
  const documents = pages.filter(([name]) => name.startsWith('documents/'))
  const byTitle = Map.groupBy(documents, ([, html]) => /<title>([^<]*)/.exec(html)?.[1])
  return [...byTitle].filter(([, same]) => same.length > 1).map(([title]) => `several pages are called "${title}"`)
}

// A link to another site is fine; a script, a style, a font or an image of another site is not: the guide is read offline.
function foreignParts(name: string, text: string): string[] {
  const inHtml = [
    ...text.matchAll(/<(?:link|script|img|iframe|source)\b[^>]*?\b(?:href|src)="((?:https?:)?\/\/[^"]*)"/g),
  ]
  const inCss = [...text.matchAll(/(?:url\(|@import )["']?((?:https?:)?\/\/[^"')]+)/g)]
  return [...inHtml, ...inCss].map((match) => `${name} needs ${match[1]}`)
}
