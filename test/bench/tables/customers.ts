import { createWriteStream } from 'node:fs'
import { once } from 'node:events'
import { finished } from 'node:stream/promises'
import type { BenchRun } from '../harness/bench-run.ts'

/** The columns of the benchmark's table, in CSV order. */
export const customerColumns = {
  id: 'string',
  name: 'string',
  email: 'string',
  city: 'string',
  country: 'string',
  balance: 'number',
  visits: 'number',
  active: 'boolean',
  created: 'timestamp',
  note: 'string',
} as const

/** A row of the benchmark's table. */
export interface Customer {
  readonly id: string
  readonly name: string
  readonly email: string
  readonly city: string
  readonly country: string
  readonly balance: number
  readonly visits: number
  readonly active: boolean
  readonly created: string
  readonly note: string
}

const firstNames = ['Ada', 'Bruno', 'Chloé', 'Dario', 'Eva', 'Filip', 'Gráinne', 'Hiro', 'Ines', 'Jan']
const lastNames = ['Novák', 'Sato', 'Müller', 'Okafor', 'García', 'Smith', 'Dubois', 'Rossi', 'Kim', 'Horváth']
const cities = ['Praha', 'Tokyo', 'Washington, D.C.', 'Lagos', 'Sevilla', 'Lyon', 'Torino', 'Seoul', 'Brno', 'Graz']
const countries = ['CZ', 'JP', 'US', 'NG', 'ES', 'FR', 'IT', 'KR', 'DE', 'AT']
const words = ['paid', 'called back', 'prefers mail', 'asked for "express"', 'moved', 'since 2019, on and off', 'vip']
const dayMs = 24 * 60 * 60 * 1000

/** How many rows a run loads, and how many it upserts: half of them there already. */
export function customerCounts(run: BenchRun): { rows: number; upserts: number } {
  return { rows: run.size(1_000_000, 4_000), upserts: run.size(100_000, 400) }
}

/** Gives the id of the row at a place in the file: all ids below `rows` once each, in scattered order. */
export function customerId(index: number, rows: number): string {
  const isNew = index >= rows
  // 618033 shares no factor with a power of ten, so the product visits every number once.
  return `customer-${String(isNew ? index : (index * 618_033) % rows).padStart(8, '0')}`
}

/** Makes a row; equal arguments make equal rows. */
export function makeCustomer(id: string, seed: number): Customer {
  const random = randomNumbers(seed)
  const first = pick(firstNames, random)
  const last = pick(lastNames, random)
  return {
    id,
    name: `${first} ${last}`,
    email: `${first}.${last}.${id.slice(-6)}@example.com`,
    city: pick(cities, random),
    country: pick(countries, random),
    balance: Math.floor(random() * 10_000_000) / 100,
    visits: Math.floor(random() * 1000),
    active: random() < 0.5,
    created: new Date(1_577_836_800_000 + Math.floor(random() * 2000 * dayMs)).toISOString(),
    note: pick(words, random),
  }
}

function pick(values: readonly string[], random: () => number): string {
  return values[Math.floor(random() * values.length)] ?? ''
}

/** Numbers from 0 to below 1 that only depend on the seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Writes the file to load. */
export function writeLoadFile(path: string, rows: number): Promise<void> {
  return writeCustomers(path, rows, (index) => makeCustomer(customerId(index, rows), index))
}

/** Writes the file to upsert: by turns a row whose key is there and one whose key is new. */
export function writeUpsertFile(path: string, rows: number, upserts: number): Promise<void> {
  return writeCustomers(path, upserts, (index) => {
    const place = index % 2 === 0 ? (index * 7919) % rows : rows + index
    return makeCustomer(customerId(place, rows), -1 - index)
  })
}

async function writeCustomers(path: string, count: number, make: (index: number) => Customer): Promise<void> {
  const file = createWriteStream(path, { highWaterMark: 1024 * 1024 })
  let text = `${Object.keys(customerColumns).join(',')}\n`
  for (let index = 0; index < count; index += 1) {
    text += `${Object.values(make(index)).map(toCell).join(',')}\n`
    if (text.length < 256 * 1024) continue
    if (!file.write(text)) await once(file, 'drain')
    text = ''
  }
  file.end(text)
  await finished(file)
}

function toCell(value: unknown): string {
  const text = String(value)
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
