import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { withoutPadding } from './markdown.ts'
import { reliabilityPage, reliabilityPageFile } from './reliability-page.ts'

test('docs/reliability.md is what the scorecards give; else: node test/docs/reliability-page.ts && pnpm format', async () => {
  const page = await readFile(reliabilityPageFile, 'utf8')
  expect(withoutPadding(page)).toBe(withoutPadding(await reliabilityPage()))
})

test('the embedded backend keeps every promise of the page', async () => {
  const lines = (await reliabilityPage()).split('\n').filter((line) => /\| (yes|no|–|note \d+) \|/.test(line))
  expect(lines.length).toBeGreaterThan(20)
  expect(lines.filter((line) => line.split('|')[2]?.trim() !== 'yes')).toEqual([])
})
