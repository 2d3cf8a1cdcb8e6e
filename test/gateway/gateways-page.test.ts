import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { withoutPadding } from '../docs/markdown.ts'
import { gatewaysPage, gatewaysPageFile } from './gateways-page.ts'

test('docs/gateways.md is what is tried and taken; else: node test/gateway/gateways-page.ts && pnpm format', async () => {
  const page = await readFile(gatewaysPageFile, 'utf8')
  expect(withoutPadding(page)).toBe(withoutPadding(await gatewaysPage()))
})
