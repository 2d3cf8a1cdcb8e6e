import { type RequestRow, jobOf, proveRequests } from './request-rows.ts'
import { job, table, useNock } from './wire-fixture.ts'

useNock()

const json = JSON.stringify
const base = '/v2/storage'
const bucketId = 'in.c-main'
const tableId = 'in.c-main.orders'
const importResults = { importedColumns: ['id'], importedRowsCount: 2, totalRowsCount: 12, warnings: [] }

// Section 16 of the contract, and the calls of sections 5 to 11: what goes over the wire, word for word.
const rows: RequestRow[] = [
  ['list tables', (c) => c.tables.list(), [table], `GET ${base}/tables?include=columns,buckets`],
  ['list tables bare', (c) => c.tables.list({ include: [] }), [table], `GET ${base}/tables?include=`],
  [
    'list tables of a bucket',
    (c) => c.tables.listInBucket(bucketId),
    [table],
    `GET ${base}/buckets/${bucketId}/tables?include=columns`,
  ],
  ['get a table', (c) => c.tables.get(tableId), table, `GET ${base}/tables/${tableId}`],
  [
    'rename a table for people',
    (c) => c.tables.update(tableId, { displayName: 'O' }),
    table,
    `PUT ${base}/tables/${tableId}?async=1`,
    json({ displayName: 'O' }),
  ],
  ['drop a table', (c) => c.tables.delete(tableId), job, `DELETE ${base}/tables/${tableId}?async=1`],
  [
    'drop a table and its aliases',
    (c) => c.tables.delete(tableId, { force: true }),
    job,
    `DELETE ${base}/tables/${tableId}?async=1&force=1`,
  ],
  [
    'create a table from a file: its key is one text',
    (c) => c.tables.create(bucketId, { name: 'orders', dataFileId: '555', primaryKey: ['id', 'date'] }),
    jobOf(table),
    `POST ${base}/buckets/${bucketId}/tables-async`,
    json({ name: 'orders', dataFileId: 555, primaryKey: 'id,date' }),
  ],
  [
    'create a table without key, from CSV of another form',
    (c) => c.tables.create(bucketId, { name: 'o', dataFileId: '5', primaryKey: [], delimiter: '\t', enclosure: '"' }),
    jobOf(table),
    `POST ${base}/buckets/${bucketId}/tables-async`,
    json({ name: 'o', dataFileId: 5, delimiter: '\t', enclosure: '"' }),
  ],
  [
    'restore a snapshot',
    (c) => c.tables.create(bucketId, { name: 'o', snapshotId: '82629' }),
    jobOf(table),
    `POST ${base}/buckets/${bucketId}/tables-async`,
    json({ name: 'o', snapshotId: 82629 }),
  ],
  [
    'a table as it was once, with its zone',
    (c) => c.tables.create(bucketId, { name: 'o', sourceTableId: tableId, timestamp: new Date(0) }),
    jobOf(table),
    `POST ${base}/buckets/${bucketId}/tables-async`,
    json({ name: 'o', sourceTableId: tableId, timestamp: '1970-01-01T00:00:00.000Z' }),
  ],
  [
    'create a table from a workspace',
    (c) => c.tables.create(bucketId, { name: 'o', dataWorkspaceId: '234', dataObject: 'T' }),
    jobOf(table),
    `POST ${base}/buckets/${bucketId}/tables-async`,
    json({ name: 'o', dataWorkspaceId: 234, dataObject: 'T' }),
  ],
  [
    'create a typed table: its key is a list',
    (c) =>
      c.tables.createDefinition(bucketId, {
        name: 'o',
        primaryKey: ['id'],
        columns: [
          { name: 'id', baseType: 'INTEGER' },
          { name: 'amount', definition: { type: 'NUMBER', length: '12,2', default: '0' } },
        ],
      }),
    jobOf(table),
    `POST ${base}/buckets/${bucketId}/tables-definition`,
    json({
      name: 'o',
      primaryKeysNames: ['id'],
      columns: [
        { name: 'id', basetype: 'INTEGER' },
        { name: 'amount', definition: { type: 'NUMBER', length: '12,2', default: '0' } },
      ],
    }),
  ],
  [
    'import, adding',
    (c) => c.tables.import(tableId, { dataFileId: '555', incremental: true }),
    jobOf(importResults),
    `POST ${base}/tables/${tableId}/import-async`,
    json({ dataFileId: 555, incremental: true }),
  ],
  [
    'import, replacing, without header: columns are a list',
    (c) => c.tables.import(tableId, { dataFileId: '5', columns: ['a', 'b'], treatValuesAsNull: [] }),
    jobOf(importResults),
    `POST ${base}/tables/${tableId}/import-async`,
    json({ dataFileId: 5, incremental: false, columns: ['a', 'b'], treatValuesAsNull: [] }),
  ],
  [
    'export: columns are one text, instants are seconds',
    (c) =>
      c.tables.export(tableId, {
        columns: ['b', 'a'],
        limit: 5,
        changedSince: new Date(1_700_000_000_999),
        whereFilters: [{ column: 'a', operator: 'gt', values: ['1'], dataType: 'INTEGER' }],
        orderBy: [{ column: 'a' }],
      }),
    jobOf({ file: { id: 234 }, cacheHit: false }),
    `POST ${base}/tables/${tableId}/export-async`,
    json({
      columns: 'b,a',
      limit: 5,
      changedSince: '1700000000',
      whereFilters: [{ column: 'a', operator: 'gt', values: ['1'], dataType: 'INTEGER' }],
      orderBy: [{ column: 'a', order: 'ASC' }],
      gzip: true,
    }),
  ],
  [
    'preview',
    (c) =>
      c.tables.preview(tableId, {
        limit: 2,
        columns: ['a'],
        whereFilters: [{ column: 'a', operator: 'ne', values: ['x', 'y'] }],
      }),
    { columns: ['a'], rows: [[{ columnName: 'a', value: null, isTruncated: false }]] },
    `GET ${base}/tables/${tableId}/data-preview?columns=a&limit=2&whereFilters[0][column]=a&whereFilters[0][operator]=ne&whereFilters[0][values][]=x&whereFilters[0][values][]=y&format=json`,
  ],
  [
    'preview as CSV',
    (c) => c.tables.previewCsv(tableId, { orderBy: [{ column: 'a', order: 'DESC' }] }),
    '"a"\n"1"\n',
    `GET ${base}/tables/${tableId}/data-preview?orderBy[0][column]=a&orderBy[0][order]=DESC&format=rfc`,
  ],
  [
    'delete rows: without async, which is refused',
    (c) => c.tables.deleteRows(tableId, { whereFilters: [{ column: 'a', operator: 'eq', values: ['1', '2'] }] }),
    jobOf({ deletedRows: 3 }),
    `DELETE ${base}/tables/${tableId}/rows`,
    json({ whereFilters: [{ column: 'a', operator: 'eq', values: ['1', '2'] }] }),
  ],
  [
    'delete all rows',
    (c) => c.tables.deleteRows(tableId, { allowTruncate: true }),
    jobOf({ deletedRows: 3 }),
    `DELETE ${base}/tables/${tableId}/rows`,
    json({ allowTruncate: true }),
  ],
  [
    'add a column',
    (c) => c.tables.addColumn(tableId, { name: 'c' }),
    job,
    `POST ${base}/tables/${tableId}/columns`,
    json({ name: 'c' }),
  ],
  [
    'delete a column whose name is odd',
    (c) => c.tables.deleteColumn(tableId, 'a/b#c', { force: true }),
    job,
    `DELETE ${base}/tables/${tableId}/columns/a/b#c?force=1`,
  ],
  [
    'set a primary key',
    (c) => c.tables.setPrimaryKey(tableId, ['id'], { skipDuplicatesCheck: true }),
    job,
    `POST ${base}/tables/${tableId}/primary-key`,
    json({ columns: ['id'], skipDuplicatesCheck: true }),
  ],
  [
    'delete a primary key',
    (c) => c.tables.deletePrimaryKey(tableId),
    job,
    `DELETE ${base}/tables/${tableId}/primary-key`,
  ],
  [
    'change a definition',
    (c) => c.tables.updateDefinition(tableId, { x: 1 }),
    job,
    `PUT ${base}/tables/${tableId}/definition`,
    json({ x: 1 }),
  ],
  [
    "change a column's definition",
    (c) => c.tables.updateColumnDefinition(tableId, 'a', { length: '10' }),
    job,
    `PUT ${base}/tables/${tableId}/columns/a/definition`,
    json({ length: '10' }),
  ],
  [
    'webalize',
    (c) => c.tables.webalizeColumnNames(['ž a']),
    { columnNames: ['z_a'] },
    `POST ${base}/webalize/column-names`,
    json({ columnNames: ['ž a'] }),
  ],
  [
    'validate',
    (c) => c.tables.validateColumnNames(['a']),
    '',
    `POST ${base}/validate/column-names`,
    json({ columnNames: ['a'] }),
  ],
]

proveRequests(rows)
