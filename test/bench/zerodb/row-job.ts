import type { BenchRun } from '../harness/bench-run.ts'
import type { BenchJob, Variant } from '../harness/job.ts'
import { type MeasuredRow, rowAt, rowCount, startTables, tableName } from './stub-table.ts'

const pageRows = 1000

/** What is done with the rows of the table. */
interface RowClient {
  /** Reads the first rows and adds up a number of each. */
  read(count: number): Promise<number>
  /** Inserts rows in requests of 1,000. */
  load(rows: AsyncIterable<MeasuredRow>): Promise<void>
  close(): Promise<void>
}

/** Makes the job that moves many rows one way, against the same requests made with bare fetch. */
export function rowJob(section: 'read' | 'load'): BenchJob {
  const how = section === 'read' ? 'is read page by page from' : 'is inserted, 1,000 rows with each request, into'
  return {
    description:
      `A table of 100,000 rows of five fields ${how} a server on loopback through the ZeroDB adapter, against a loop of bare \`fetch\` ` +
      'with the same JSON, after 5,000 rows to warm up.',
    goals: [
      { section, title: `${section} 100,000 rows of ZeroDB`, measure: 'speed', limit: 0.85 },
      {
        section: undefined,
        title: `memory while ${section}ing 100,000 rows of ZeroDB`,
        measure: 'overIdleMib',
        limit: 48,
      },
    ],
    ours: variant(section, openOurs),
    peers: { fetch: variant(section, openFetch) },
  }
}

function variant(section: 'read' | 'load', open: (url: string) => Promise<RowClient>): Variant {
  return async (run: BenchRun) => {
    const server = await startTables()
    const client = await open(server.url)
    const insertedRows = async (): Promise<number> =>
      ((await (await fetch(`${server.url}/inserted`)).json()) as { readonly inserted: number }).inserted
    const move = async (count: number): Promise<number> =>
      section === 'read' ? client.read(count) : client.load(rowsOf(count)).then(insertedRows)
    await move(run.size(5000, 1000))
    await run.section(
      section,
      () => move(run.size(rowCount, 2000)),
      (answer) => answer,
    )
    await client.close()
    await server.close()
  }
}

// oxlint-disable-next-line typescript/require-await -- rows come from somewhere
async function* rowsOf(count: number): AsyncGenerator<MeasuredRow, void, undefined> {
  for (let index = 0; index < count; index += 1) yield rowAt(index)
}

async function openOurs(baseUrl: string): Promise<RowClient> {
  const [{ createZerodbDriver }, { createStorage }] = await Promise.all([
    import('@stowage/adapter-zerodb'),
    import('@stowage/core'),
  ])
  const limits = { tier: 'enterprise', requestsPerMinute: 1_000_000, maxRowsPerInsert: pageRows } as const
  const storage = createStorage(createZerodbDriver({ baseUrl, apiKey: 'bench', ...limits }, { environment: {} }))
  const table = storage.bucket('default').table(tableName)
  return {
    async read(count) {
      let sum = 0
      for await (const rows of table.find({}, { limit: count }).batches()) {
        for (const row of rows) sum += row['n'] as number
      }
      return sum
    },
    load: async (rows) => void (await table.load(rows as never)),
    close: () => storage.close(),
  }
}

// oxlint-disable-next-line typescript/require-await -- as the other one
async function openFetch(url: string): Promise<RowClient> {
  const send = async (path: string, body: object): Promise<unknown> => {
    const headers = { 'X-API-Key': 'bench', 'content-type': 'application/json' }
    const response = await fetch(`${url}/tables/${tableName}/${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    })
    return response.json()
  }
  return {
    async read(count) {
      let sum = 0
      for (let offset = 0; offset < count; offset += pageRows) {
        const { rows } = (await send('query', { sort: { _id: 1 }, limit: pageRows, offset })) as {
          readonly rows: readonly MeasuredRow[]
        }
        for (const { n } of rows) sum += n
      }
      return sum
    },
    async load(rows) {
      let batch: MeasuredRow[] = []
      for await (const row of rows) {
        batch.push(row)
        if (batch.length < pageRows) continue
        await send('rows', { row_data: batch })
        batch = []
      }
      if (batch.length > 0) await send('rows', { row_data: batch })
    },
    close: async () => undefined,
  }
}
