import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { checksPage, checksPageFile } from './checks-page.ts'

test('docs/checks.md names every check of the suite; else: node test/docs/checks-page.ts', async () => {
  expect(await readFile(checksPageFile, 'utf8')).toBe(checksPage())
})
