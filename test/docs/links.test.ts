import { expect, test } from 'vitest'
import { filesMatching, readText } from '../packages/workspace.ts'
import { findBrokenLinks } from './page-links.ts'

const pages = filesMatching('*.md', 'docs/**/*.md', 'packages/*/*.md')

test.each(pages)('every link of %s leads somewhere', (file) => {
  expect(findBrokenLinks(file, readText(file), readText)).toEqual([])
})

test('every page of the guide is in the tree of typedoc.json, once', () => {
  const { projectDocuments } = JSON.parse(readText('typedoc.json')) as { projectDocuments: string[] }
  const reached: string[] = []
  const visit = (file: string): void => {
    reached.push(file)
    const frontMatter = /^---\n([\s\S]*?)\n---\n/.exec(readText(file))?.[1] ?? ''
    for (const [, child = ''] of frontMatter.matchAll(/^ {2}- \.\/(\S+)$/gm))
      visit(`${file.slice(0, file.lastIndexOf('/'))}/${child}`)
  }
  projectDocuments.forEach(visit)
  expect(reached.toSorted()).toEqual(filesMatching('docs/**/*.md'))
})

test('a link to a missing file, a missing heading or over plain http is broken', () => {
  const texts: Record<string, string> = { 'README.md': '# Read me\n## Two words: `code`\n' }
  const text = [
    '[a](README.md) [b](README.md#two-words-code) [c](README.md#three) [d](nowhere.md) [e](http://example.com/)',
    '[f](https://example.com/) `[g](nothing.md)` {@includeCode docs/nothing.ts#region}',
    '```\n[h](nothing.md)\n```',
  ]
  expect(findBrokenLinks('page.md', text.join('\n'), (file) => texts[file] ?? '')).toEqual([
    'README.md#three',
    'nowhere.md',
    'http://example.com/',
    'docs/nothing.ts',
  ])
})
