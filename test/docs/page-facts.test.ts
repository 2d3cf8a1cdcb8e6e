import { adapter as dcss, createDcssDriver } from '@stowage/adapter-dcss'
import { adapter, createLocalDriver } from '@stowage/adapter-local'
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

test.each(Object.values(builtInLayers).map((layer) => [layer.name, layer] as const))(
  'docs/layers.md has the options of %s as the layer describes them',
  (name, { options }) => {
    const wanted = Object.entries(options).map(([option, { description, default: value, isRequired }]) =>
      cellsOf(`| \`${option}\` | ${description} | ${isRequired === true ? 'needed' : (value ?? '')} |`),
    )
    expect(tableRows(readText('docs/layers.md'), `\`${name}\``)).toEqual(wanted)
  },
)
