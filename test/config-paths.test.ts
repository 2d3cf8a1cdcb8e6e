import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStorage } from 'stowage'
import { expect, test } from 'vitest'

test('a relative path in a configuration file goes from that file, wherever the process was started', async () => {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'stowage-config-')))
  const cwd = join(directory, 'below')
  await mkdir(cwd)
  await writeFile(join(directory, 'stowage.config.json'), JSON.stringify({ adapter: 'local', path: './data' }))
  const config = join(directory, 'stowage.config.json')
  const storage = await openStorage({ config, cwd })
  try {
    expect(storage.native).toMatchObject({ directory: join(directory, 'data') })
  } finally {
    await storage.close()
    await rm(directory, { recursive: true, force: true })
  }
})
