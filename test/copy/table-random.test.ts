import { copyTable, type JsonValue, type Row, type TableDefinition } from '@stowage/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openEnd, placeFor, rowsOf, tableWith } from './table-ends.ts'

const columns = {
  id: 'number',
  text: 'string',
  amount: 'number',
  ok: 'boolean',
  list: 'array',
  more: 'object',
} as const

const json = fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)) as JsonValue)
const amount = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)
const text = fc.oneof(
  fc.string({ unit: 'binary' }).filter((value) => value.isWellFormed()),
  fc.constantFrom('', '\\N', 'null', '"', ',\r\n', '007'),
)

const fields = {
  text: fc.option(text),
  amount: fc.option(amount),
  ok: fc.option(fc.boolean()),
  list: fc.option(fc.array(json, { maxLength: 3 })),
  more: fc.option(fc.dictionary(fc.stringMatching(/^[a-z ".$é]{1,6}$/), json, { maxKeys: 3 })),
}
const rows = fc
  .array(fc.record({ ...fields, extra: json }, { requiredKeys: [] }), { maxLength: 20 })
  .map((all) => all.map((row, id) => ({ id, ...row }) as Row))

const isPlain = (value: unknown): boolean => !JSON.stringify(value).includes('__proto__')

test('whatever a table holds is copied as it is, in every mode', async () => {
  const [from, to] = [await openEnd(), await openEnd()]
  const definition: TableDefinition = { columns, primaryKey: ['id'] }
  let run = 0
  const property = fc.asyncProperty(
    rows.filter(isPlain),
    fc.constantFrom('append' as const, 'upsert' as const, 'replace' as const, 'skip-existing' as const),
    async (all, mode) => {
      run += 1
      const source = await tableWith(from, all, definition, `t${run}`)
      const target = await placeFor(to, `t${run}`)
      const { digest } = await copyTable(source, target, { mode, verify: 'read-back' })
      expect(await rowsOf(target)).toEqual(all)
      const turned = await tableWith(from, all.toReversed(), { columns }, `r${run}`)
      expect((await copyTable(turned, await placeFor(to, `r${run}`), { verify: 'digest' })).digest).toBe(digest)
    },
  )
  await fc.assert(property, { numRuns: 40 })
})

/** Gives a row as Keboola can keep it, with a value for every column and no null among texts. */
function whole(row: Row): Row {
  const { id = null, text: given = null, amount: number = null, ok = null, list = null, more = null } = row
  return { id, text: given ?? '', amount: number, ok, list, more }
}

test('what Keboola keeps comes back as it was, and what it would change never gets there', async () => {
  const [from, by, to] = [await openEnd(), await openEnd({ like: 'keboola' }), await openEnd()]
  let run = 0
  const property = fc.asyncProperty(rows.filter(isPlain), fc.nat(), async (all, at) => {
    run += 1
    const kept = all.map(whole)
    const source = await tableWith(from, kept, { columns, primaryKey: ['id'] }, `t${run}`)
    const between = await placeFor(by, `t${run}`, 'in.c-main')
    await copyTable(source, between, { verify: 'read-back' })
    const back = await placeFor(to, `t${run}`)
    await copyTable(between, back, { verify: 'read-back' })
    expect(await rowsOf(back)).toEqual(kept)
    const { text: _text, ...lacking } = whole({ id: 1000 })
    const odd = [{ ...whole({ id: 1000 }), text: null }, lacking, { ...whole({ id: 1000 }), extra: 1 }] as const
    await source.insert(odd[at % 3] as Row)
    const refused = await copyTable(source, between, { mode: 'replace' }).catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'invalid-argument', details: { row: kept.length } })
    expect(await rowsOf(between)).toEqual(kept)
  })
  await fc.assert(property, { numRuns: 40 })
})
