import type { Storage } from '@stowage/core'
import { type BackendConfig, defineConfig, type openStorage, type StowageConfig } from 'stowage'
import { describe, expect, expectTypeOf, test } from 'vitest'

declare module '@stowage/core' {
  interface BackendRegistry {
    'types-test-tables': { options: { url: string; retries?: number }; features: 'tables' }
  }
}

// Never called: what counts is what the compiler says of it.
async function open(openStorage_: typeof openStorage): Promise<void> {
  const tables = await openStorage_({ adapter: 'types-test-tables', url: 'x', layers: [{ retry: { attempts: 2 } }] })
  tables.bucket('x').table('y')
  // @ts-expect-error -- a backend without files has no `file`
  tables.bucket('x').file('y')

  const local = await openStorage_({ adapter: 'local', path: './x' }, { requires: ['files.range'] })
  local.bucket('x').table('y')
  local.bucket('x').file('y')
  expectTypeOf(local.native.directory).toEqualTypeOf<string | undefined>()

  expectTypeOf(await openStorage_()).toEqualTypeOf<Storage>()
  expectTypeOf(await openStorage_({ backend: 'lake' })).toEqualTypeOf<Storage>()
  expectTypeOf(await openStorage_({ adapter: '@acme/stowage-adapter', anything: 1 })).toEqualTypeOf<Storage>()

  // @ts-expect-error -- a missing option
  await openStorage_({ adapter: 'types-test-tables' })
  // @ts-expect-error -- an option of the wrong type
  await openStorage_({ adapter: 'types-test-tables', url: 1 })
  // @ts-expect-error -- an unknown option
  await openStorage_({ adapter: 'local', pth: './x' })
  // @ts-expect-error -- an unknown adapter
  await openStorage_({ adapter: 'locl' })
  // @ts-expect-error -- an unknown capability
  await openStorage_({ requires: ['tables.upsrt'] })
}

describe('defineConfig', () => {
  test('gives the configuration back', () => {
    const config = { default: 'dev', backends: { dev: { adapter: 'local', path: './x' } } } as const
    expect(defineConfig(config)).toBe(config)
    expect(typeof open).toBe('function')
  })

  test('has the compiler check it', () => {
    defineConfig({ adapter: 'local', emulation: 'never' })
    defineConfig({
      backends: { a: { adapter: './mine.ts', anything: 1 }, b: { adapter: 'types-test-tables', url: 'x' } },
    })
    // @ts-expect-error -- an unknown emulation policy
    defineConfig({ adapter: 'local', emulation: 'sometimes' })
    // @ts-expect-error -- an unknown key
    defineConfig({ backend: {} })
    // @ts-expect-error -- an option of the wrong type in a named backend
    defineConfig({ backends: { b: { adapter: 'types-test-tables', url: 5 } } })
    expectTypeOf<BackendConfig>().toExtend<StowageConfig>()
  })
})
