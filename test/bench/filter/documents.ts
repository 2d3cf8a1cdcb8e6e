import type { Row } from '@stowage/core'
import { randomNumbers } from '../tables/customers.ts'

const cities = ['Praha', 'Tokyo', 'Washington, D.C.', 'Lagos', 'Sevilla', 'Lyon', 'Torino', 'Seoul', 'Brno', 'Graz']
const tags = ['new', 'vip', 'late', 'export', 'b2b', 'b2c', 'press', 'staff']

/** Makes documents with nested objects, arrays, nulls and missing fields; equal counts make equal documents. */
export function makeDocuments(count: number): Row[] {
  const random = randomNumbers(20_261_121)
  return Array.from({ length: count }, (_, index) => makeDocument(index, random))
}

function makeDocument(index: number, random: () => number): Row {
  const visits = Math.floor(random() * 1000)
  const optional = random() < 0.7 ? { rating: random() < 0.2 ? null : Math.floor(random() * 5) } : {}
  return {
    id: `document-${index}`,
    balance: Math.floor(random() * 100_000),
    visits,
    active: random() < 0.5,
    address: { city: cities[Math.floor(random() * cities.length)] ?? '', zip: 10_000 + Math.floor(random() * 90_000) },
    tags: tags.filter(() => random() < 0.2),
    orders: Array.from({ length: visits % 3 }, () => ({ total: Math.floor(random() * 500), paid: random() < 0.8 })),
    ...optional,
  }
}
