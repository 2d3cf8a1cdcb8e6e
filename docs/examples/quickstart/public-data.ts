import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Row } from '@stowage/core'

/** Where the files of the package vega-datasets are. */
export const data: string = fileURLToPath(new URL('../data/', import.meta.resolve('vega-datasets')))

/** Reads the movies plainly, to compare with. */
export async function readMovies(): Promise<Row[]> {
  return JSON.parse(await readFile(join(data, 'movies.json'), 'utf8')) as Row[]
}

/** A movie's title as text; some are numbers in the file. */
export function titleOf(movie: Row): string | null {
  const title = movie['Title']
  return typeof title === 'number' ? `${title}` : ((title ?? null) as string | null)
}
