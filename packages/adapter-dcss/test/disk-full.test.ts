import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { startDcss } from './dcss-fixture.ts'

const adapter = fileURLToPath(new URL('../src/index.ts', import.meta.url))

// A limit on the size of files stands for a full disk: the write fails half way in the same place.
const program = `
import { createStorage } from '@stowage/core'
import { createDcssDriver } from ${JSON.stringify(adapter)}
const storage = createStorage(createDcssDriver(JSON.parse(process.argv[1]), { environment: {} }))
const file = storage.bucket('private').file('maps/large.bin')
const error = await file.download(process.argv[2], { overwrite: true }).then(() => ({ code: 'none' }), (error) => error)
console.log(error.code)
await storage.close()
`

test('a disk that is full half way through a download leaves the old file and nothing beside it', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'stowage-full-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  const target = join(directory, 'large.bin')
  await writeFile(target, 'old')
  const { gateway, stored } = await startDcss()
  await stored.bucket('private').file('maps/large.bin').put(new Uint8Array(8_000_000))
  const options = JSON.stringify({ dataApiUrl: gateway.url, s3Url: gateway.s3Url, token: gateway.token })
  const script = `trap '' XFSZ; ulimit -f 2000 && exec "$0" --input-type=module -e "$1" -- "$2" "$3"`
  const words = ['-c', script, process.execPath, program, options, target]
  const cwd = fileURLToPath(new URL('..', import.meta.url))
  const { stdout } = await promisify(execFile)('bash', words, { cwd, timeout: 30_000 })
  expect(stdout.trim()).toBe('quota-exceeded')
  expect(await readFile(target, 'utf8')).toBe('old')
  expect(await readdir(directory)).toEqual(['large.bin'])
})
