import type { Row } from '@stowage/core'
import type { Tables } from './load-tables.ts'
import { check, say } from './narration.ts'
import { readMovies, titleOf } from './public-data.ts'

/** Asks for movies, and who did what. */
export async function queryTables({ movies }: Tables): Promise<void> {
  const filter = { 'IMDB Rating': { $gte: 8 }, 'IMDB Votes': { $gt: 100_000 }, Director: { $ne: null } }
  const options = { sort: { 'IMDB Rating': -1, Title: 1 }, projection: ['Title', 'IMDB Rating'], limit: 5 } as const
  say(
    '4. Filter, sort and projection',
    'movies.find(filter, options)',
    `filter  = ${JSON.stringify(filter)}`,
    `options = ${JSON.stringify(options)}`,
  )
  const found = await movies.find(filter, options).toArray()
  for (const movie of found) console.log(`     ${Number(movie['IMDB Rating'])}  ${titleOf(movie)}`)
  check(
    JSON.stringify(found) === JSON.stringify(expectedMovies(await readMovies())),
    'the same rows as a plain loop over the file',
  )
  const { backend, pushed, residual, sort } = await movies.explain(filter, options)
  console.log(`     explain: ${backend} evaluates ${JSON.stringify(pushed)}`)
  console.log(`     core is left with ${JSON.stringify(residual)}; ${sort} sorts`)
}

function expectedMovies(movies: readonly Row[]): Row[] {
  return movies
    .filter(
      (movie) =>
        Number(movie['IMDB Rating'] ?? 0) >= 8 &&
        Number(movie['IMDB Votes'] ?? 0) > 100_000 &&
        movie['Director'] !== null,
    )
    .map((movie) => ({ Title: titleOf(movie), 'IMDB Rating': movie['IMDB Rating'] ?? null }))
    .toSorted(
      (a, b) => Number(b['IMDB Rating']) - Number(a['IMDB Rating']) || (String(a.Title) < String(b.Title) ? -1 : 1),
    )
    .slice(0, 5)
}

const heathrow = {
  name: 'Heathrow',
  city: 'London',
  state: '',
  country: 'GBR',
  latitude: 51.4706,
  longitude: -0.461941,
}
const kennedy = {
  name: 'John F Kennedy Intl',
  city: 'New York',
  state: 'NY',
  country: 'USA',
  latitude: 40.6,
  longitude: -73.8,
}

/** Upserts, updates and deletes airports. */
export async function changeTables({ airports }: Tables): Promise<void> {
  say(
    '5. Upsert, update and delete',
    "await airports.insert([{ iata: 'LHR', … }, { iata: 'JFK', … }], { mode: 'upsert' })",
  )
  const upserted = await airports.insert(
    [
      { iata: 'LHR', ...heathrow },
      { iata: 'JFK', ...kennedy },
    ],
    { mode: 'upsert' },
  )
  check(upserted.inserted === 1 && upserted.updated === 1, 'one airport is new, one replaced the row with its key')
  const texas = { state: 'TX' }
  const inTexas = (await airports.count(texas)).count
  const updated = await airports.update(texas, { $set: { region: 'South' }, $inc: { checks: 1 } })
  check(updated.modified === inTexas, `${updated.modified} airports in Texas got two new fields`)
  const deleted = await airports.delete({ country: { $nin: ['USA', 'GBR'] } })
  check(
    (await airports.count({ country: { $in: ['USA', 'GBR'] } })).count === 3377 - deleted.deleted,
    `${deleted.deleted} airports deleted`,
  )
  const refused = await airports.delete({}).catch((error: unknown) => error)
  check(refused instanceof Error, 'an empty filter deletes nothing unless all: true says so')
}
