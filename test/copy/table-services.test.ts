import { copyTable, type Row, type TableDefinition } from '@stowage/core'
import { expect, test } from 'vitest'
import { openEnd, people, placeFor, rowsOf, tableWith } from './table-ends.ts'
import { openKeboola, openZerodb } from './table-services.ts'

const definition: TableDefinition = {
  columns: {
    id: 'string',
    label: { type: 'string', required: true },
    amount: 'number',
    ok: 'boolean',
    at: 'timestamp',
    tags: 'array',
    more: 'object',
  },
  primaryKey: ['id'],
  undeclaredFields: 'refuse',
}

const nothing = { amount: null, ok: null, at: null, tags: null, more: null }
const edges: readonly Row[] = [
  { id: 'a', label: '', ...nothing },
  { id: 'b', label: 'Zoë 𝄞 "x",\n\ttab\r\nend', amount: 0.1, ok: true, at: '2026-11-21T10:00:00Z', tags: [], more: {} },
  {
    id: 'c',
    label: ' ',
    amount: -1.7976931348623157e308,
    ok: false,
    at: '0001-01-01T00:00:00.000001+14:00',
    tags: [null, [1]],
    more: { a: { b: '' } },
  },
  { id: 'd', label: '\\N', ...nothing, amount: 9007199254740991 },
  { id: 'e', label: 'null', ...nothing, amount: 5e-324 },
  { id: 'é', label: 'NULL', ...nothing, amount: -0.5 },
  { id: '', label: "=1+1;'--", ...nothing },
]

test('a table goes local, Keboola, ZeroDB, local and comes back equal', async () => {
  const source = await tableWith(await openEnd(), [...edges], definition)
  const keboola = (await openKeboola()).table('people')
  const zerodb = (await openZerodb()).table('people')
  const back = await placeFor(await openEnd())
  const options = { verify: 'read-back' } as const
  const digests = [
    (await copyTable(source, keboola, options)).digest,
    (await copyTable(keboola, zerodb, options)).digest,
    (await copyTable(zerodb, back, options)).digest,
  ]
  expect(new Set(digests).size).toBe(1)
  expect(await rowsOf(back)).toEqual(await rowsOf(source))
  const { primaryKey, columns } = await back.info()
  expect(primaryKey).toEqual(['id'])
  expect(columns.map(({ name, type }) => [name, type])).toEqual(
    (await source.info()).columns.map(({ name, type }) => [name, type]),
  )
})

test('every mode works into the services', async () => {
  const source = await tableWith(await openEnd(), people(30), {
    columns: { id: 'number', name: { type: 'string', required: true }, age: { type: 'number', required: true } },
    primaryKey: ['id'],
    undeclaredFields: 'refuse',
  })
  const there = await tableWith(
    await openEnd(),
    [
      { id: 3, name: 'was', age: 1 },
      { id: 99, name: 'was', age: 2 },
    ],
    {
      columns: { id: 'number', name: { type: 'string', required: true }, age: { type: 'number', required: true } },
      primaryKey: ['id'],
      undeclaredFields: 'refuse',
    },
  )
  const expected = { upsert: ['person 3', 31], 'skip-existing': ['was', 31], replace: ['person 3', 30] } as const
  for (const bucket of [await openKeboola(), await openZerodb()]) {
    for (const mode of ['upsert', 'skip-existing', 'replace'] as const) {
      const isZerodb = bucket.name === 'default'
      const target = bucket.table(`people_${mode.slice(0, 4)}`)
      await copyTable(there, target)
      const copy = copyTable(source, target, { mode, verify: 'read-back' })
      if (isZerodb && mode === 'replace') {
        await expect(copy).rejects.toMatchObject({ code: 'unsupported' })
        continue
      }
      await copy
      const [name, count] = expected[mode]
      expect((await target.get({ id: 3 }))?.['name']).toBe(name)
      expect((await target.find().toArray()).length).toBe(count)
    }
  }
})
