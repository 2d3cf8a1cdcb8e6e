import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { cliPage, cliPageFile } from './cli-page.ts'
import { withoutPadding } from './markdown.ts'

test('docs/cli.md is what the commands give; else: node test/docs/cli-page.ts && pnpm format', async () => {
  expect(withoutPadding(await readFile(cliPageFile, 'utf8'))).toBe(withoutPadding(await cliPage()))
})

test('every command has a section with an example', async () => {
  const page = await cliPage()
  const verbs = [...page.matchAll(/^#{4} (stowage .*)$/gm)].map(([, words]) => words)
  expect(verbs.length).toBeGreaterThan(30)
  expect(page).not.toMatch(/```sh\n\n```|undefined/)
})
