import { readFile } from 'node:fs/promises'
import { configSchema } from 'stowage'
import { expect, test } from 'vitest'
import { configSchemaFile } from './config-schema.ts'

test('docs/config.schema.json is what the code gives; else: node test/docs/config-schema.ts && pnpm format', async () => {
  expect(JSON.parse(await readFile(configSchemaFile, 'utf8'))).toEqual(await configSchema())
})
