import type { CheckContext } from '../check-context.ts'
import type { FileArea } from '../file-area.ts'
import { inParallel } from '../in-parallel.ts'

/** Gives a place with a small file under each of these keys. */
export async function makeFiles(context: CheckContext, keys: readonly string[]): Promise<FileArea> {
  const area = await context.files()
  await addFiles(area, keys)
  return area
}

/** Writes a small file under each of these keys. */
export async function addFiles(area: FileArea, keys: readonly string[]): Promise<void> {
  await inParallel(keys, 16, (key) => area.file(key).put(`content of ${key}`))
}
