import type { Cell, CreateTableRequest, StorageDriver, UpdateRowsRequest } from '@stowage/core/driver'
import { type CellChange, changeCellsIn, changeCellsOut } from './cell-changes.ts'
import { changeRequests, type Mutant, replace } from './mutant.ts'

/** Drivers that give back other values than they were given. */
export const valueMutants: readonly Mutant[] = [
  storing('null becomes the empty text', ['types/null-and-missing'], (cell) => (cell === null ? '' : cell)),
  storing('the empty text becomes null', ['types/empty-text'], (cell) => (cell === '' ? null : cell)),
  storing('a missing field becomes null', ['types/null-and-missing'], (cell) => (cell === undefined ? null : cell)),
  storing('null becomes a missing field', ['types/null-and-missing'], (cell) => (cell === null ? undefined : cell)),
  reading('booleans come back as text', ['types/booleans'], (cell) =>
    typeof cell === 'boolean' ? String(cell) : cell,
  ),
  reading('booleans come back as numbers', ['types/booleans'], (cell) =>
    typeof cell === 'boolean' ? Number(cell) : cell,
  ),
  reading('text that looks like a boolean becomes one', ['types/texts'], (cell) =>
    cell === 'true' || cell === 'false' ? cell === 'true' : cell,
  ),
  reading('text that looks like a number becomes one', ['types/texts'], (cell) =>
    typeof cell === 'string' && /^-?\d+(\.\d+)?$/.test(cell) ? Number(cell) : cell,
  ),
  reading('numbers come back as text', ['types/decimals'], (cell) => (typeof cell === 'number' ? String(cell) : cell)),
  storing('numbers are single floats', ['types/decimals'], (cell) =>
    typeof cell === 'number' ? Math.fround(cell) : cell,
  ),
  storing('numbers have six decimals', ['types/decimals'], (cell) =>
    typeof cell === 'number' && Math.abs(cell) < 1e9 ? Number(cell.toFixed(6)) : cell,
  ),
  storing('numbers have fifteen digits', ['types/large-integers'], (cell) =>
    typeof cell === 'number' ? Number(cell.toPrecision(15)) : cell,
  ),
  storing('large integers wrap around', ['types/large-integers'], (cell) =>
    typeof cell === 'number' && Number.isInteger(cell) && Math.abs(cell) > 2 ** 31 ? cell | 0 : cell,
  ),
  storing('text is normalised to composed Unicode', ['types/texts'], (cell) =>
    typeof cell === 'string' ? cell.normalize('NFC') : cell,
  ),
  storing('characters beyond the BMP are lost', ['types/texts'], (cell) =>
    typeof cell === 'string' ? cell.replaceAll(/[^\0-\uffff]/gu, '\ufffd') : cell,
  ),
  storing('spaces around text are trimmed', ['types/texts'], (cell) => (typeof cell === 'string' ? cell.trim() : cell)),
  storing('line ends in text are changed', ['types/texts'], (cell) =>
    typeof cell === 'string' ? cell.replaceAll('\r\n', '\n') : cell,
  ),
  storing('text ends at NUL', ['types/nul'], (cell) => (typeof cell === 'string' ? cell.replace(/\0.*$/s, '') : cell)),
  storing('text is cut at 65,535 characters', ['types/large-texts'], (cell) =>
    typeof cell === 'string' ? cell.slice(0, 65_535) : cell,
  ),
  reading('timestamps are in local time', ['types/timestamps'], (cell) =>
    typeof cell === 'string' && isTimestamp(cell) ? new Date(Date.parse(cell) + 3_600_000).toISOString() : cell,
  ),
  reading('timestamps lose their zone', ['types/timestamps'], (cell) =>
    typeof cell === 'string' && isTimestamp(cell) ? cell.replace(/Z$/, '') : cell,
  ),
  storing('timestamps are cut to seconds', ['types/timestamps'], (cell) =>
    typeof cell === 'string' && isTimestamp(cell) ? cell.replace(/\.\d+/, '') : cell,
  ),
  reading('objects come back with sorted keys', ['types/objects'], (cell) => sortKeys(cell)),
  reading('objects and arrays come back as text', ['types/objects', 'types/arrays'], (cell) =>
    typeof cell === 'object' && cell !== null ? JSON.stringify(cell) : cell,
  ),
  reading('empty arrays come back as null', ['types/empties'], (cell) =>
    Array.isArray(cell) && cell.length === 0 ? null : cell,
  ),
  {
    name: 'undeclared fields are dropped',
    breaks: 'Only declared columns are stored, though the record says that all fields are kept.',
    caughtBy: ['inserts/undeclared-kept'],
    make: (driver) => dropUndeclared(driver),
  },
  {
    name: 'undeclared fields are taken where they must be refused',
    breaks: '`undeclaredFields: refuse` is not passed on.',
    caughtBy: ['tables/undeclared-refused'],
    make: (driver) =>
      changeRequests(driver, ['tables.create'], (request) => ({ ...request, undeclaredFields: 'keep' })),
  },
  {
    name: '$set stores numbers as text',
    breaks: 'Values of updates are spelt out.',
    caughtBy: ['updates/truth-set'],
    make: (driver) =>
      changeRequests(driver, ['tables.update'], (request: UpdateRowsRequest) => ({
        ...request,
        update: request.update.map((change) =>
          change.operator === '$set' && typeof change.value === 'number'
            ? { ...change, value: String(change.value) }
            : change,
        ),
      })),
  },
]

function storing(name: string, caughtBy: Mutant['caughtBy'], change: CellChange): Mutant {
  const breaks = 'Values are changed on their way in.'
  return { name, breaks, caughtBy, make: (driver) => changeCellsIn(driver, change) }
}

function reading(name: string, caughtBy: Mutant['caughtBy'], change: CellChange): Mutant {
  const breaks = 'Values are changed on their way out.'
  return { name, breaks, caughtBy, make: (driver) => changeCellsOut(driver, change) }
}

function isTimestamp(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(text)
}

function sortKeys(cell: Cell): Cell {
  if (typeof cell !== 'object' || cell === null || Array.isArray(cell)) return cell
  return Object.fromEntries(Object.entries(cell).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

function dropUndeclared(driver: StorageDriver): StorageDriver {
  const declared = new Map<string, Set<string>>()
  const noting = replace(driver, 'tables.create', (create) => (request: CreateTableRequest, call) => {
    declared.set(`${request.bucket}/${request.table}`, new Set(request.columns.map(({ name }) => name)))
    return create(request, call)
  })
  return replace(noting, 'tables.insert', (insert) => (request, call) => {
    const names = declared.get(`${request.bucket}/${request.table}`)
    const { columns, rows } = request.batch
    const kept = columns.map((name) => names?.has(name) ?? true)
    const batch = {
      columns: columns.filter((_, index) => kept[index]),
      rows: rows.map((row) => row.filter((_, index) => kept[index])),
    }
    return insert({ ...request, batch }, call)
  })
}
