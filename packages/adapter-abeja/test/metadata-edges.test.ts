import { describe, expect, test } from 'vitest'
import { startAbeja } from './abeja-fixture.ts'

describe.each(['channel', 'bucket'] as const)('metadata of a file in a %s', (kind) => {
  test('of odd names and values comes back exactly', async () => {
    const { open } = await startAbeja()
    const bucket = open({ kind }).bucket('edges')
    await bucket.create()
    const metadata = {
      'x (y)!': 'it\'s * "quoted"; a=b, c',
      'Ünï:code@🐈': '値 1\t\r\n🐈\u0000\u007f',
      '100%': '%20 %2F %',
      UPPER: 'Case',
      'a.b~c_d-e': ' spaces around ',
      empty: '',
      long: 'v'.repeat(4000),
      ['n'.repeat(200)]: '1',
    }
    await bucket.file('a').put('x', { metadata })
    expect((await bucket.file('a').stat()).metadata).toEqual(metadata)
    const [entry] = await bucket.files().toArray()
    expect(entry).toMatchObject({ kind: 'file', file: { metadata } })
  })

  test.each([
    ['more than the service takes', 9000],
    ['more than any header carries', 40_000],
  ])('of %s is refused, and nothing is stored', async (_, length) => {
    const { open } = await startAbeja()
    const bucket = open({ kind }).bucket('edges')
    await bucket.create()
    const put = bucket.file('a').put('x', { metadata: { long: 'v'.repeat(length) } })
    await expect(put).rejects.toMatchObject({ code: 'invalid-argument' })
    expect(await bucket.files().toArray()).toEqual([])
  })
})
