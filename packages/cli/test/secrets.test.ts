import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeDirectory, run } from './run-command.ts'

// Port 9 answers nobody: every call to a service fails with its URL and headers at hand.
const config = `default: lake
backends:
  lake: { adapter: keboola, url: 'http://127.0.0.1:9', token: '123-456-\${KBC}' }
  docs: { adapter: zerodb, baseUrl: 'http://127.0.0.1:9/v1/public/database', apiKey: hush-zerodb-key-123456 }
  cams: { adapter: abeja, organizationId: '1402938475610', userId: user-1234567890123, personalAccessToken: hush-abeja-token, baseUrl: 'http://127.0.0.1:9' }
  duck: { adapter: dcss, s3Url: 'http://127.0.0.1:9', accessKeyId: AKIDEXAMPLE, secretAccessKey: hush-dcss-secret-key }
  urls: { adapter: keboola, url: 'https://anna:hush-password@connection.keboola.com', token: '123-456-hush-of-urls' }
`

test.each([
  [['config', 'show']],
  [['config', 'show', '--json']],
  [['config', 'check', '--json']],
  [['doctor']],
  [['doctor', '--json']],
  [['bucket', 'list', 'lake:', '--json']],
  [['table', 'find', 'docs:default/customers', '{name: "x"}']],
  [['table', 'insert', 'lake:in.c-main/t', '{"id": 1}']],
  [['table', 'copy', 'lake:in.c-main/t', 'docs:default/t', '--dry-run']],
  [['file', 'cat', 'cams:channel:1/a.jpg']],
  [['file', 'copy', 'duck:public/', 'cams:1/']],
  [['file', 'put', 'none.txt', 'duck:public/a.jpg']],
  [['bucket', 'list', 'urls:']],
  [['capabilities', 'lake', '--json']],
  [['complete', '--', 'bucket', 'info', 'lake:']],
  [['bucket', 'list', '--token=hush-on-the-command-line']],
  [['file', 'cat', 'https://anna:hush-in-an-address@a.example/b']],
])('%j shows no secret', async (words) => {
  const cwd = await makeDirectory()
  await writeFile(join(cwd, 'stowage.config.yaml'), config)
  const { out, error } = await run(words, { cwd, environment: { KBC: 'hush-keboola-token' } })
  expect(out + error).not.toMatch(/hush/)
  expect(out + error === '').toBe(words[0] === 'complete')
})
