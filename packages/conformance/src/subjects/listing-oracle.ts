import type { FileEntry, ListFilesOptions } from '@stowage/core'
import type { FileArea } from '../file-area.ts'
import { compareCodePoints } from './code-point-order.ts'

/** What is asked of a listing. */
export interface Question {
  /** Only keys that begin with this. */
  readonly prefix?: string
  /** Groups keys that share the text up to this after the prefix. */
  readonly delimiter?: string
}

/** What a listing has to give, found by looking at every key. A shared prefix is marked, so that it isn't taken for a file. */
export function expectedEntries(keys: readonly string[], { prefix = '', delimiter = '' }: Question): string[] {
  const found = new Set<string>()
  for (const key of keys.filter((text) => text.startsWith(prefix)).toSorted(compareCodePoints)) {
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length)
    found.add(end === -1 ? `file ${key}` : `prefix ${key.slice(0, end + delimiter.length)}`)
  }
  return [...found]
}

/** What a listing of a place gives, in the form of {@link expectedEntries}. */
export async function listedEntries(area: FileArea, options: ListFilesOptions = {}): Promise<string[]> {
  const found: string[] = []
  for (const page of await listedPages(area, options)) found.push(...page)
  return found
}

/** What the pages of a listing give. */
export async function listedPages(area: FileArea, options: ListFilesOptions = {}): Promise<string[][]> {
  const pages: string[][] = []
  const listing = area.bucket.files({ ...options, prefix: area.prefix + (options.prefix ?? '') })
  for await (const items of listing.pages()) pages.push(items.map((entry) => describeEntry(area, entry)))
  return pages
}

/** Gives an entry in the form of {@link expectedEntries}. */
export function describeEntry(area: FileArea, entry: FileEntry): string {
  return `${entry.kind} ${area.nameOf(entry)}`
}
