import { join } from 'node:path'
import type { Bucket, Row, Table } from '@stowage/core'
import { check, say, watch } from './narration.ts'
import { data, readMovies, titleOf } from './public-data.ts'

/** The tables of the tour. */
export interface Tables {
  readonly airports: Table
  readonly zipcodes: Table
  readonly movies: Table
}

/** Makes a bucket with three typed tables. */
export async function createTables(bucket: Bucket): Promise<Tables> {
  say(
    '1. A bucket and typed tables',
    "await storage.bucket('demo').create()",
    "await airports.create({ columns: { iata: 'string', … }, primaryKey: ['iata'] })",
  )
  await bucket.create({ description: 'Public data from the vega-datasets package' })
  const [airports, zipcodes, movies] = ['airports', 'zipcodes', 'movies'].map((name) => bucket.table(name)) as [
    Table,
    Table,
    Table,
  ]
  const place = { latitude: 'number', longitude: 'number', city: 'string', state: 'string' } as const
  await airports.create({
    columns: { iata: 'string', name: 'string', country: 'string', ...place },
    primaryKey: ['iata'],
  })
  await zipcodes.create({ columns: { zip_code: 'string', county: 'string', ...place }, primaryKey: ['zip_code'] })
  await movies.create({
    columns: {
      id: 'number',
      Title: 'string',
      'US Gross': 'number',
      'Release Date': 'string',
      'MPAA Rating': 'string',
      Director: 'string',
      'IMDB Rating': 'number',
      'IMDB Votes': 'number',
    },
  })
  const names = (await bucket.tables().toArray()).map((table) => table.name)
  check(names.join() === 'airports,movies,zipcodes', `the bucket lists its tables: ${names.join(', ')}`)
  return { airports, zipcodes, movies }
}

/** Loads CSV and JSON, also what the schema refuses. */
export async function loadTables({ airports, zipcodes, movies }: Tables): Promise<void> {
  say('2. Loading CSV, streaming, as one unit', "await airports.load('airports.csv')")
  const loaded = await watch('airports.csv', airports.load(join(data, 'airports.csv')))
  check(loaded.inserted === 3376, `${loaded.inserted} airports loaded`)
  const codes = await watch('zipcodes.csv', zipcodes.load(join(data, 'zipcodes.csv')))
  check(codes.inserted === 42049, `${codes.inserted} zip codes loaded`)
  const holtsville = await zipcodes.get({ zip_code: '00501' })
  check(holtsville?.['city'] === 'Holtsville', 'the leading zeros of zip code 00501 are kept')

  say('3. Loading JSON; real data is dirty: some titles are numbers', "await movies.load('movies.json')")
  const refused: unknown = await movies.load(join(data, 'movies.json')).catch((error: unknown) => error)
  console.log(`   ${String(refused)}`)
  check((await movies.count()).count === 0, 'a load with a row that breaks the schema leaves nothing behind')
  say('   Cleaned on the way in', 'await movies.load(rows())  // any iterable of rows')
  const films = await movies.load(cleaned(await readMovies()))
  check(films.inserted === 3201, `${films.inserted} movies loaded; undeclared fields such as Distributor are kept`)
}

function* cleaned(movies: readonly Row[]): Generator<Row> {
  for (const movie of movies) yield { ...movie, Title: titleOf(movie) }
}
