/**
 * The main job of Stowage on real data: tables and files loaded, queried, changed, exported and verified, on the embedded
 * backend. Each step prints the call it makes and checks the result against a plain reading of the same data.
 */
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Row, StorageFor, Table, Transfer } from '@stowage/core'
import { openStorage } from 'stowage'

const data = fileURLToPath(new URL('../data/', import.meta.resolve('vega-datasets')))
const isTerminal = process.stderr.isTTY

class WrongResult extends Error {}

function check(isRight: boolean, claim: string): void {
  if (!isRight) throw new WrongResult(`not true: ${claim}`)
  console.log(`   ✓ ${claim}`)
}

function say(title: string, ...code: string[]): void {
  console.log(`\n${title}`)
  for (const line of code) console.log(`   ${line}`)
}

async function withBar<Result>(label: string, transfer: Transfer<Result>): Promise<Result> {
  transfer.onProgress(({ percentage, transferred, unit }) => {
    const bar = '█'.repeat(Math.floor(percentage / 5)).padEnd(20, '░')
    if (isTerminal) process.stderr.write(`\r   ${bar} ${percentage}% ${label}: ${transferred} ${unit}\u001B[K`)
  })
  try {
    return await transfer
  } finally {
    if (isTerminal) process.stderr.write('\r\u001B[K')
  }
}

async function createTables(
  storage: StorageFor<'tables' | 'files'>,
): Promise<Record<'airports' | 'zipcodes' | 'movies', Table>> {
  say(
    '1. A bucket and typed tables',
    "await storage.bucket('demo').create()",
    "await airports.create({ columns: { iata: 'string', … }, primaryKey: ['iata'] })",
  )
  const bucket = storage.bucket('demo')
  await bucket.create({ description: 'Public data from the vega-datasets package' })
  const airports = bucket.table('airports')
  const zipcodes = bucket.table('zipcodes')
  const movies = bucket.table('movies')
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

async function loadTables({ airports, zipcodes, movies }: Awaited<ReturnType<typeof createTables>>): Promise<void> {
  say('2. Loading CSV, streaming, as one unit', "await airports.load('airports.csv')")
  const loaded = await withBar('airports.csv', airports.load(join(data, 'airports.csv')))
  check(loaded.inserted === 3376, `${loaded.inserted} airports loaded`)
  const codes = await withBar('zipcodes.csv', zipcodes.load(join(data, 'zipcodes.csv')))
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

async function readMovies(): Promise<Row[]> {
  return JSON.parse(await readFile(join(data, 'movies.json'), 'utf8')) as Row[]
}

function titleOf(movie: Row): string | null {
  const title = movie['Title']
  return typeof title === 'number' ? `${title}` : ((title ?? null) as string | null)
}

function* cleaned(movies: readonly Row[]): Generator<Row> {
  for (const movie of movies) yield { ...movie, Title: titleOf(movie) }
}

async function queryTables({ airports, movies }: Awaited<ReturnType<typeof createTables>>): Promise<void> {
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

  say('   Who does what: explain', 'await movies.explain(filter, options)')
  const { backend, pushed, residual, sort, notes } = await movies.explain(filter, options)
  console.log(
    `     ${backend} evaluates ${JSON.stringify(pushed)}; core is left with ${JSON.stringify(residual)}; ${sort} sorts`,
  )
  for (const note of notes) console.log(`     ${note}`)

  say(
    '5. Upsert, update and delete',
    "await airports.insert([{ iata: 'LHR', … }, { iata: 'JFK', … }], { mode: 'upsert' })",
  )
  const upserted = await airports.insert(
    [
      {
        iata: 'LHR',
        name: 'Heathrow',
        city: 'London',
        state: null,
        country: 'GBR',
        latitude: 51.4706,
        longitude: -0.461941,
      },
      {
        iata: 'JFK',
        name: 'John F Kennedy Intl',
        city: 'New York',
        state: 'NY',
        country: 'USA',
        latitude: 40.63975111,
        longitude: -73.77892556,
      },
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

async function exportAndReimport(storage: StorageFor<'tables' | 'files'>, directory: string): Promise<void> {
  say(
    '6. Export, re-import, prove equality',
    "await zipcodes.export('zipcodes.csv')",
    "await copy.load('zipcodes.csv')",
  )
  const zipcodes = storage.bucket('demo').table('zipcodes')
  const path = join(directory, 'zipcodes.csv')
  const exported = await withBar('zipcodes.csv', zipcodes.export(path))
  console.log(`     ${exported.rows} rows, ${exported.sizeBytes} bytes, crc32 ${exported.checksums.crc32}`)
  const { columns, primaryKey } = await zipcodes.info()
  const copy = storage.bucket('demo').table('zipcodes-copy')
  await copy.create({ columns: columns.map(({ name, type }) => ({ name, type })), primaryKey })
  await copy.load(path)
  check((await digest(copy)) === (await digest(zipcodes)), 'every row of the copy equals the original')
}

async function digest(table: Table): Promise<string> {
  const hash = createHash('sha256')
  const names = (await table.info()).columns.map((column) => column.name)
  for await (const rows of table.find({}, { sort: { zip_code: 1 } }).batches()) {
    for (const row of rows) hash.update(JSON.stringify(names.map((name) => [name, row[name]])))
  }
  return hash.digest('hex')
}

async function moveFiles(storage: StorageFor<'tables' | 'files'>, directory: string): Promise<void> {
  say('7. Files, with progress and checksums', "await bucket.file('images/gimp.png').upload('gimp.png')")
  const bucket = storage.bucket('demo')
  const names = (await readdir(data)).filter((name) => name.endsWith('.png') || name === 'flights-3m.parquet')
  for (const name of names) {
    const options = { metadata: { source: 'vega-datasets' }, checksums: ['sha256'] } as const
    const uploaded = await withBar(name, bucket.file(`images/${name}`).upload(join(data, name), options))
    const target = join(directory, name)
    const downloaded = await withBar(name, bucket.file(`images/${name}`).download(target, { checksums: ['sha256'] }))
    const original = createHash('sha256')
      .update(await readFile(join(data, name)))
      .digest('hex')
    const isSame = uploaded.checksums.sha256 === original && downloaded.checksums.sha256 === original
    check(
      isSame && downloaded.verification.verified,
      `${name} (${downloaded.sizeBytes} bytes) went up and came down unchanged`,
    )
  }
  const listed: string[] = []
  for await (const entry of bucket.files({ prefix: 'images/' })) if (entry.kind === 'file') listed.push(entry.file.key)
  check(listed.length === names.length, `the listing has them all: ${listed.join(', ')}`)
}

function showCapabilities(storage: StorageFor<'tables' | 'files'>): void {
  say('8. What this backend can do, as data', 'storage.capabilities')
  const { operations, limits } = storage.capabilities
  const native = Object.values(operations).filter((support) => support.kind === 'native').length
  console.log(`     ${storage.backend}: ${native} capabilities native, limits ${JSON.stringify(limits)}`)
  check(storage.supports('tables.upsert', 'files.range'), "storage.supports('tables.upsert', 'files.range')")
}

const directory = await mkdtemp(join(tmpdir(), 'stowage-quickstart-'))
try {
  console.log("Stowage quickstart: const storage = await openStorage({ adapter: 'local', path })")
  const storage = await openStorage({ adapter: 'local', path: join(directory, '.stowage') })
  try {
    const tables = await createTables(storage)
    await loadTables(tables)
    await queryTables(tables)
    await exportAndReimport(storage, directory)
    await moveFiles(storage, directory)
    showCapabilities(storage)
  } finally {
    await storage.close()
  }
  console.log('\nquickstart: ok')
} catch (error) {
  console.error(error)
  console.error('quickstart: failed')
  process.exitCode = 1
} finally {
  await rm(directory, { recursive: true, force: true })
}
