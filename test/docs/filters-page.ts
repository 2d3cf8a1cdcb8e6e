import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { compileFilter, parseFilter } from '@stowage/core/driver'
import * as tables from '@stowage/core/truth-tables'
import { codeText } from './code-text.ts'

/** Where the generated guide page lies. */
export const filtersPageFile = fileURLToPath(new URL('../../docs/filters.md', import.meta.url))

/** Gives the guide page of the filter language: the template's prose with the tables of cases that the tests use. */
export async function filtersPage(): Promise<string> {
  const template = await readFile(new URL('filters-page.template.md', import.meta.url), 'utf8')
  const page = template.replace(/\{\{([a-z ]+)\}\}/g, (_, name: string) => {
    const part = parts[name]
    if (part === undefined) throw new Error(`the template names ${name}, which is none of ${Object.keys(parts).join()}`)
    return part()
  })
  return page
}

const parts: Readonly<Record<string, () => string>> = {
  'null table': nullTable,
  'filter cases': filterTables,
  'sort cases': () =>
    rows(tables.sortCases.map(([sort, sorted, why]) => [code(sort), sorted.map(code).join(' '), why])),
  'projection cases': () =>
    rows(
      tables.projectionCases.map(([row, projection, result, why]) => [code(row), code(projection), code(result), why]),
    ),
  'update cases': () => changeRows(tables.updateCases),
  'upsert cases': () => changeRows(tables.upsertCases),
  'refused filters': () => refusedRows(tables.refusedFilters),
  'refused patterns': () => refusedRows(tables.refusedPatterns),
  'refused sorts': () => refusedRows(tables.refusedSorts),
  'refused projections': () => refusedRows(tables.refusedProjections),
  'refused updates': () => refusedRows(tables.refusedUpdates),
}

function filterTables(): string {
  return tables.filterCases
    .map(({ title, cases }) => {
      const lines = rows(cases.map(([row, filter, matches, why]) => [code(row), code(filter), yes(matches), why]))
      return `### ${title}\n\n| row | filter | matches | why |\n| --- | --- | --- | --- |\n${lines}`
    })
    .join('\n\n')
}

/** Answers by evaluating the filters: the one table that is computed. */
function nullTable(): string {
  const samples = [{ a: null }, {}, { a: '' }, { a: [] }, { a: [null] }, { a: 1 }]
  const filters = [
    { a: null },
    { a: { $ne: null } },
    { a: { $exists: true } },
    { a: { $exists: false } },
    { a: '' },
    { a: { $gt: 0 } },
    { a: { $not: { $gt: 0 } } },
    { a: { $in: [null, ''] } },
  ]
  return rows(
    filters.map((filter) => {
      const isMatch = compileFilter(parseFilter(filter))
      return [code(filter), ...samples.map((row) => yes(isMatch(row)))]
    }),
  )
}

type Change = readonly [before: unknown, change: unknown, after: unknown, why: string]

function changeRows(cases: readonly Change[]): string {
  return rows(
    cases.map(([before, change, after, why]) => [
      code(before),
      code(change),
      after === undefined ? 'error' : code(after),
      why,
    ]),
  )
}

function refusedRows(cases: readonly tables.RefusedCase[]): string {
  return rows(cases.map(([input, , why]) => [code(input), why]))
}

function rows(cells: readonly (readonly string[])[]): string {
  return cells.map((row) => `| ${row.join(' | ')} |`).join('\n')
}

function code(value: unknown): string {
  return `\`${codeText(value).replaceAll('|', '\\|')}\``
}

function yes(matches: boolean): string {
  return matches ? 'yes' : 'no'
}

if (import.meta.main) {
  await writeFile(filtersPageFile, await filtersPage())
  console.log(`wrote ${filtersPageFile}`)
}
