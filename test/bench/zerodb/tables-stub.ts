/**
 * The server both sides talk to, in a process of its own: as much of the Tables API as they use, over rows it makes from their
 * number, so that it isn't what is measured.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { serve } from '../harness/serve.ts'
import { apiPath, rowAt, rowCount, tableName } from './stub-table.ts'

const pages = new Map<string, string>()
let inserted = 0

const table = {
  table_id: 'tbl_q1w2e3r4t5y6',
  table_name: tableName,
  schema: { fields: { key: 'string', n: 'number', label: 'string', score: 'number', isOpen: 'boolean' }, indexes: [] },
  row_count: rowCount,
  created_at: '2026-11-21T12:00:00Z',
}

function answer(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
  response.end(body)
}

/** A page is made once: the other side reads the same. */
function page(offset: number, limit: number): string {
  const name = `${offset} ${limit}`
  const known = pages.get(name)
  if (known !== undefined) return known
  const count = Math.max(0, Math.min(limit, rowCount - offset))
  const rows = Array.from({ length: count }, (_, index) => ({ _id: idOf(offset + index), ...rowAt(offset + index) }))
  const made = JSON.stringify({ rows, total: rowCount, limit, offset })
  pages.set(name, made)
  return made
}

function idOf(index: number): string {
  // Spread over all digits, as the service's are.
  return `row_${((BigInt(index) * 0x9e3779b97f4a7c15n) & 0xffffffffffffffffn).toString(16).padStart(16, '0')}`
}

async function bodyOf(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return JSON.parse(Buffer.concat(chunks).toString()) as Readonly<Record<string, unknown>>
}

async function insert(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { row_data: rows, return_ids: returnsIds } = (await bodyOf(request)) as {
    readonly row_data: readonly unknown[]
    readonly return_ids?: boolean
  }
  const ids = returnsIds === false ? {} : { row_ids: rows.map((_, index) => idOf(inserted + index)) }
  inserted += rows.length
  answer(response, 201, JSON.stringify({ inserted_count: rows.length, ...ids }))
}

async function query(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { offset = 0, limit = 100 } = (await bodyOf(request)) as { readonly offset?: number; readonly limit?: number }
  answer(response, 200, page(offset, limit))
}

serve((request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost')
  if (request.method === 'POST' && pathname.endsWith('/rows')) return void insert(request, response)
  if (request.method === 'POST' && pathname.endsWith('/query')) return void query(request, response)
  if (pathname === `${apiPath}/inserted`) return answer(response, 200, JSON.stringify({ inserted }))
  return answer(response, 200, JSON.stringify(table))
})
