import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { capabilitiesPage, capabilitiesPageFile } from './capabilities-page.ts'

test('docs/backends/capabilities.md is what the scorecards give; else: node test/docs/capabilities-page.ts', async () => {
  expect(await readFile(capabilitiesPageFile, 'utf8')).toBe(await capabilitiesPage())
})
