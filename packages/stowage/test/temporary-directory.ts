import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll } from 'vitest'

const made: string[] = []

/** Makes a directory with files in it, gone after the test file; it is a repository of its own, so no search leaves it. */
export async function temporaryDirectory(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'stowage-test-')))
  made.push(directory)
  for (const [path, text] of Object.entries({ '.git/HEAD': '', ...files })) {
    await mkdir(dirname(join(directory, path)), { recursive: true })
    await writeFile(join(directory, path), text)
  }
  return directory
}

afterAll(() => Promise.all(made.splice(0).map((directory) => rm(directory, { recursive: true, force: true }))))
