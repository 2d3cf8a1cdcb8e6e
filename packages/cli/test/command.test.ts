import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import manifest from '../package.json' with { type: 'json' }

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const run = promisify(execFile)

test('the command runs from its sources and prints its version', async () => {
  expect(await run(process.execPath, [main, '--version'])).toEqual({ stdout: `${manifest.version}\n`, stderr: '' })
})

test('an unknown command ends the process with 2', async () => {
  await expect(run(process.execPath, [main, 'nonesuch'])).rejects.toMatchObject({ code: 2, stdout: '' })
})
