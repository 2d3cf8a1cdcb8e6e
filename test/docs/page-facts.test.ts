import { adapter as abeja, createAbejaDriver } from '@stowage/adapter-abeja'
import { adapter as dcss, createDcssDriver } from '@stowage/adapter-dcss'
import { adapter, createLocalDriver } from '@stowage/adapter-local'
import { adapter as keboola, createKeboolaDriver } from '@stowage/adapter-keboola'
import { adapter as zerodb, createZerodbDriver } from '@stowage/adapter-zerodb'
import { builtInLayers } from '@stowage/core/driver'
import { expect, test } from 'vitest'
import { readText } from '../packages/workspace.ts'
import { cellsOf, tableRows } from './page-table.ts'

test('docs/errors.md has every error code, in the order of the type', () => {
  const union = /export type StorageErrorCode =\n((?: {2}\| '[a-z-]+'\n)+)/.exec(
    readText('packages/core/src/errors/storage-error.ts'),
  )
  const codes = [...(union?.[1] ?? '').matchAll(/'([a-z-]+)'/g)].map((match) => match[1])
  expect(codes.length).toBeGreaterThan(10)
  expect(tableRows(readText('docs/errors.md'), 'The codes').map(([code]) => code)).toEqual(
    codes.map((code) => `\`${code}\``),
  )
})

test('docs/backends/local.md has the numbers of the capability record', async () => {
  const driver = await createLocalDriver({ memory: true })
  const { limits } = driver.capabilities
  await driver.close()
  const shown = tableRows(readText('docs/backends/local.md'), 'Limits').map(([, value]) => value)
  expect(limits.tableNameBytes).toBe(limits.columnNameBytes)
  const { rowsPerInsert, pageSize, bucketNameBytes, tableNameBytes, columnsPerTable, keyBytes, filesPerDelete } = limits
  const wanted = [rowsPerInsert, pageSize, bucketNameBytes, tableNameBytes, columnsPerTable, keyBytes, filesPerDelete]
  expect(shown).toEqual([...wanted.map((limit) => limit?.toLocaleString('en')), 'the disk'])
})

test('docs/backends/local.md has every option of the adapter', () => {
  const schema = adapter.optionsSchema['~standard'].jsonSchema.input({ target: 'draft-2020-12' })
  const options = Object.keys(schema['properties'] as object)
  expect(tableRows(readText('docs/backends/local.md'), 'The embedded backend').map(([name]) => name)).toEqual(
    options.map((name) => `\`${name}\``),
  )
})

test('docs/backends/dcss.md has every option of the adapter, with its environment variable', () => {
  const schema = dcss.optionsSchema['~standard'].jsonSchema.input({ target: 'draft-2020-12' })
  const options = Object.keys(schema['properties'] as object)
  const shown = tableRows(readText('docs/backends/dcss.md'), 'Duckietown Cloud Storage (DCSS)')
  expect(shown.map(([name, , , variable]) => [name, variable])).toEqual(
    options.map((name) => [`\`${name}\``, name in dcss.environment ? `\`${dcss.environment[name]}\`` : '']),
  )
})

test('docs/backends/dcss.md has the numbers of the capability record', async () => {
  const driver = createDcssDriver({}, { environment: {} })
  const { pageSize, keyBytes, bucketNameBytes, partBytes = 0, filesPerDelete } = driver.capabilities.limits
  await driver.close()
  const numbers = [pageSize, keyBytes, bucketNameBytes].map((limit) => limit?.toLocaleString('en'))
  const wanted = [...numbers, `${partBytes / 1024 ** 3} GiB`, filesPerDelete?.toLocaleString('en')]
  expect(tableRows(readText('docs/backends/dcss.md'), 'Limits').map(([, value]) => value)).toEqual(wanted)
})

test('docs/backends/abeja.md has every option of the adapter, with the environment variable it is read from', async () => {
  const schema = abeja.optionsSchema['~standard'].jsonSchema.input({ target: 'draft-2020-12' })
  const options = Object.keys(schema['properties'] as object)
  const shown = tableRows(readText('docs/backends/abeja.md'), 'ABEJA Platform')
  expect(shown.map(([name]) => name)).toEqual(options.map((name) => `\`${name}\``))
  const variables = new Map(shown.map(([name = '', , , variable = '']) => [name, variable.replaceAll('`', '')]))
  for (const [option, variable] of Object.entries(abeja.environment))
    expect(variables.get(`\`${option}\``)).toBe(variable)
  const credentials = [['authToken'], ['userId', 'personalAccessToken'], ['datasourceId', 'datasourceSecret']]
  for (const names of credentials) {
    const environment = Object.fromEntries(names.map((name) => [variables.get(`\`${name}\``), '1']))
    await createAbejaDriver({}, { environment }).close()
  }
  expect([...variables.values()].filter(Boolean)).toHaveLength(7)
})

test('docs/backends/abeja.md has the numbers of the capability record', async () => {
  const driver = createAbejaDriver({ authToken: 'x' }, { environment: {} })
  const { pageSize, keyBytes, filesPerDelete } = driver.capabilities.limits
  await driver.close()
  const wanted = [pageSize, keyBytes, filesPerDelete].map((limit) => limit?.toLocaleString('en'))
  expect(tableRows(readText('docs/backends/abeja.md'), 'Limits').map(([, value]) => value)).toEqual(wanted)
})

test('docs/backends/abeja.md names methods that the client has', async () => {
  const driver = createAbejaDriver({ authToken: 'x' }, { environment: {} })
  const rows = tableRows(readText('docs/backends/abeja.md'), 'Its words and ours')
  const named = rows.flatMap(([, , methods = '']) => [...methods.matchAll(/`(\w+)`/g)].map((match) => match[1] ?? ''))
  expect(named.length).toBeGreaterThan(20)
  expect(named.filter((name) => !(name in driver.native))).toEqual([])
  await driver.close()
})

test('docs/backends/zerodb.md has every option of the adapter, with its environment variable', () => {
  const schema = zerodb.optionsSchema['~standard'].jsonSchema.input({ target: 'draft-2020-12' })
  const options = Object.keys(schema['properties'] as object)
  const shown = tableRows(readText('docs/backends/zerodb.md'), 'ZeroDB')
  expect(shown.map(([name, , , variable]) => [name, variable])).toEqual(
    options.map((name) => [`\`${name}\``, name in zerodb.environment ? `\`${zerodb.environment[name]}\`` : '']),
  )
})

test('docs/backends/zerodb.md has the numbers of the capability record, and the methods of the client', async () => {
  const driver = createZerodbDriver({ apiKey: 'x' }, { environment: {} })
  const { rowsPerInsert, requestsPerMinute, pageSize } = driver.capabilities.limits
  const page = readText('docs/backends/zerodb.md')
  const wanted = [rowsPerInsert, requestsPerMinute, pageSize].map((limit) => limit?.toLocaleString('en'))
  expect(tableRows(page, 'Limits').map(([, value]) => value)).toEqual(wanted)
  const methods = tableRows(page, 'Its words and ours').map(([, , method = '']) => method.replaceAll('`', ''))
  expect(methods).toHaveLength(8)
  expect(methods.filter((name) => !(name in driver.native))).toEqual([])
  await driver.close()
})

test('docs/backends/keboola.md has every option of the adapter, with its environment variable', () => {
  const schema = keboola.optionsSchema['~standard'].jsonSchema.input({ target: 'draft-2020-12' })
  const options = Object.keys(schema['properties'] as object)
  const shown = tableRows(readText('docs/backends/keboola.md'), 'Keboola Storage')
  expect(shown.map(([name]) => name)).toEqual(options.map((name) => `\`${name}\``))
  for (const [name = '', , , variables = ''] of shown) {
    const variable = keboola.environment[name.replaceAll('`', '')]
    expect(variables.startsWith(variable === undefined ? '' : `\`${variable}\``)).toBe(true)
  }
})

test('docs/backends/keboola.md has the numbers of the capability record, and methods that the client has', async () => {
  const driver = createKeboolaDriver({ token: 'x' }, { environment: {} })
  const { tableNameBytes, columnNameBytes, keyBytes, pageSize, filesPerDelete } = driver.capabilities.limits
  const page = readText('docs/backends/keboola.md')
  const limits = [tableNameBytes, columnNameBytes, keyBytes, pageSize, filesPerDelete]
  expect(tableRows(page, 'Limits').map(([, value]) => value)).toEqual(
    limits.map((limit) => limit?.toLocaleString('en')),
  )
  const cells = tableRows(page, 'Its words and ours').map(([, , methods = '']) => methods)
  const named = cells.flatMap((cell) => [...cell.matchAll(/`([\w.]+)`/g)].map((match) => match[1] ?? ''))
  expect(named.length).toBeGreaterThan(12)
  const isThere = (path: string): boolean =>
    path.split('.').reduce<unknown>((value, part) => (value as Record<string, unknown>)[part], driver.native) !==
    undefined
  expect(named.filter((name) => !isThere(name))).toEqual([])
  await driver.close()
})

test.each(Object.values(builtInLayers).map((layer) => [layer.name, layer] as const))(
  'docs/layers.md has the options of %s as the layer describes them',
  (name, { options }) => {
    const wanted = Object.entries(options).map(([option, { description, default: value, isRequired }]) =>
      cellsOf(`| \`${option}\` | ${description} | ${isRequired === true ? 'needed' : (value ?? '')} |`),
    )
    expect(tableRows(readText('docs/layers.md'), name)).toEqual(wanted)
  },
)
