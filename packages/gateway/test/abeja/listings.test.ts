import { describe, expect, test } from 'vitest'
import { startAbeja, type TestAbeja } from './abeja-fixture.ts'

interface Page {
  readonly names: readonly string[]
  readonly token: string | null
}

async function page(gateway: TestAbeja, channel: string, query = ''): Promise<Page> {
  const { status, json } = await gateway.call('GET', `/channels/${channel}?${query}`)
  if (status !== 200) throw new Error(JSON.stringify(json))
  const names = json.files.map((file: { metadata: Record<string, string> }) => file.metadata['x-abeja-meta-filename'])
  return { names, token: json.next_page_token as string | null }
}

async function all(gateway: TestAbeja, channel: string, query: string): Promise<string[][]> {
  const pages: string[][] = []
  for (let next = await page(gateway, channel, query); ;) {
    pages.push([...next.names])
    if (next.token === null) return pages
    next = await page(gateway, channel, `next_page_token=${encodeURIComponent(next.token)}`)
  }
}

async function upload(
  gateway: TestAbeja,
  channel: string,
  name: string,
  more: Record<string, string> = {},
): Promise<string> {
  const headers = { 'x-abeja-meta-filename': name, ...more }
  return (await gateway.upload(channel, name, { headers })).json.file_id as string
}

async function withFiles(count: number): Promise<{ gateway: TestAbeja; channel: string; ids: string[] }> {
  const gateway = await startAbeja()
  const channel = await gateway.createChannel()
  const ids: string[] = []
  for (let index = 0; index < count; index += 1) ids.push(await upload(gateway, channel, `f${index}`))
  return { gateway, channel, ids }
}

const names = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, index) => `f${from + index}`)

describe('pages', () => {
  test('11 files of one instant come in the order of their uploads, on pages of 3', async () => {
    const { gateway, channel } = await withFiles(11)
    expect(await all(gateway, channel, 'items_per_page=3')).toEqual([
      names(0, 3),
      names(3, 6),
      names(6, 9),
      names(9, 11),
    ])
    expect(await all(gateway, channel, 'items_per_page=3&sort=-uploaded_at')).toEqual([
      ['f10', 'f9', 'f8'],
      ['f7', 'f6', 'f5'],
      ['f4', 'f3', 'f2'],
      ['f1', 'f0'],
    ])
  })

  test('the last page has no token, also when it is full', async () => {
    const { gateway, channel } = await withFiles(4)
    expect(await all(gateway, channel, 'items_per_page=2')).toEqual([names(0, 2), names(2, 4)])
    expect(await all(gateway, channel, 'items_per_page=4')).toEqual([names(0, 4)])
    expect((await gateway.call('GET', `/channels/${channel}?items_per_page=1000`)).json.files).toHaveLength(4)
  })

  test('an empty channel has one empty page', async () => {
    const gateway = await startAbeja()
    const channel = await gateway.createChannel()
    expect((await gateway.call('GET', `/channels/${channel}`)).json).toEqual({ files: [], next_page_token: null })
  })

  test('a page has 100 files, or what the gateway is told', async () => {
    const { gateway, channel } = await withFiles(101)
    expect((await all(gateway, channel, '')).map(({ length }) => length)).toEqual([100, 1])
    const other = await startAbeja({ storage: gateway.storage, filesPerPage: 60 })
    expect((await all(other, channel, '')).map(({ length }) => length)).toEqual([60, 41])
  })

  test('a token holds when the files around it are deleted and others come', async () => {
    const { gateway, channel, ids } = await withFiles(5)
    const first = await page(gateway, channel, 'items_per_page=2')
    for (const index of [1, 2]) await gateway.call('DELETE', `/channels/${channel}/${ids[index]}`)
    await upload(gateway, channel, 'new')
    const next = await page(gateway, channel, `next_page_token=${encodeURIComponent(first.token ?? '')}`)
    expect([first.names, next.names]).toEqual([
      ['f0', 'f1'],
      ['f3', 'f4'],
    ])
  })

  test('a token is base64 of the query it stands for, and the file it follows', async () => {
    const { gateway, channel, ids } = await withFiles(3)
    const { token } = await page(gateway, channel, 'items_per_page=2&timezone=UTC')
    expect(JSON.parse(Buffer.from(token ?? '', 'base64').toString())).toMatchObject({
      items_per_page: '2',
      timezone: 'UTC',
      last_file_id: ids[1],
    })
  })

  test.each([
    ['%%%', 'is no base64'],
    [Buffer.from('{}').toString('base64'), 'says nothing'],
    [Buffer.from('null').toString('base64'), 'is null'],
    [Buffer.from('{"last_file_id":1,"last_uploaded":"1 1"}').toString('base64'), 'has a number for an id'],
    [Buffer.from('{"last_file_id":"a","last_uploaded":"1 1","sort":{}}').toString('base64'), 'sorts by an object'],
    [
      Buffer.from('{"last_file_id":"a","last_uploaded":"1 1","items_per_page":"0"}').toString('base64'),
      'has empty pages',
    ],
    [
      Buffer.from('{"last_file_id":"a","last_uploaded":"1 1","last_metadata":[1]}').toString('base64'),
      'has other metadata',
    ],
  ])('the token %s, which %s, is refused', async (token) => {
    const { gateway, channel } = await withFiles(1)
    const answer = await gateway.call('GET', `/channels/${channel}?next_page_token=${encodeURIComponent(token)}`)
    expect([answer.status, answer.json.error]).toEqual([400, 'bad_request'])
  })

  test('a token stands alone', async () => {
    const { gateway, channel } = await withFiles(2)
    const { token } = await page(gateway, channel, 'items_per_page=1')
    const query = `items_per_page=1&next_page_token=${encodeURIComponent(token ?? '')}`
    expect((await gateway.call('GET', `/channels/${channel}?${query}`)).json.error_detail).toHaveProperty(
      'next_page_token',
    )
  })
})

describe('filters', () => {
  test.each([
    ['x-abeja-meta-filename:oor', ['door%201', 'floor']],
    ['x-abeja-meta-filename:door%201', ['door%201']],
    ['x-abeja-meta-filename:door 1', ['door%201']],
    ['x-abeja-meta-FILENAME:floor', ['floor']],
    ['x-abeja-meta-filename:DOOR', []],
    ['x-abeja-meta-filename:10:30', ['10:30']],
    ['x-abeja-meta-名:値', ['door%201']],
    ['x-abeja-meta-%E5%90%8D:値 1', ['door%201']],
    ['x-abeja-meta-label:floor', []],
    ['organization:1', []],
    ['値', ['door%201']],
    ['oor', ['door%201', 'floor']],
    ['x-abeja-meta-filename:', ['door%201', 'floor', '10:30']],
  ])('q=%s finds %j', async (query, found) => {
    const gateway = await startAbeja()
    const channel = await gateway.createChannel()
    await upload(gateway, channel, 'door%201', { 'x-abeja-meta-%E5%90%8D': '%E5%80%A4%201' })
    await upload(gateway, channel, 'floor')
    await upload(gateway, channel, '10:30')
    expect((await page(gateway, channel, `q=${encodeURIComponent(query)}`)).names).toEqual(found)
    expect((await page(gateway, channel, `query=${encodeURIComponent(query)}`)).names).toHaveLength(3)
  })

  test('days are those of the time zone, and both ends count', async () => {
    const gateway = await startAbeja()
    const channel = await gateway.createChannel()
    // 09:45 UTC is 18:45 in Tokyo and 01:45 in Los Angeles, in winter; summer time began on March 8.
    await upload(gateway, channel, '11th')
    await gateway.clock.advance(10 * 60 * 60 * 1000)
    await upload(gateway, channel, '12th in Tokyo')
    await gateway.clock.advance(10 * 60 * 60 * 1000)
    await upload(gateway, channel, '12th')
    const found = async (start: string, end: string, zone?: string): Promise<readonly string[]> => {
      const timezone = zone === undefined ? '' : `&timezone=${encodeURIComponent(zone)}`
      return (await page(gateway, channel, `start=${start}&end=${end}${timezone}`)).names
    }
    expect(await found('20260311', '20260311')).toEqual(['11th', '12th in Tokyo'])
    expect(await found('20260311', '20260312')).toEqual(['11th', '12th in Tokyo', '12th'])
    expect(await found('20260312', '20260312', 'Asia/Tokyo')).toEqual(['12th in Tokyo', '12th'])
    expect(await found('20260311', '20260311', 'America/Los_Angeles')).toEqual(['11th', '12th in Tokyo', '12th'])
    expect(await found('20260313', '20260313')).toEqual([])
    expect(await found('20260312', '20260311')).toEqual([])
  })

  test.each([
    ['start=20260311', 'end'],
    ['end=20260311', 'start'],
    ['start=2026031&end=20260311', 'start'],
    ['start=20260230&end=20260311', 'start'],
    ['start=20260311&end=20261311', 'end'],
    ['start=20260311&end=20260311&timezone=Mars', 'timezone'],
    ['timezone=', 'timezone'],
    ['items_per_page=0', 'items_per_page'],
    ['items_per_page=1001', 'items_per_page'],
    ['items_per_page=1e3', 'items_per_page'],
    ['sort=size', 'sort'],
    ['sort=', 'sort'],
    ['sort=uploaded_at,', 'sort'],
    [`sort=${Array.from({ length: 9 }, () => 'file_id').join(',')}`, 'sort'],
  ])('%s is refused, and the field named', async (query, field) => {
    const { gateway, channel } = await withFiles(1)
    const answer = await gateway.call('GET', `/channels/${channel}?${query}`)
    expect([answer.status, Object.keys(answer.json.error_detail as object)]).toEqual([400, [field]])
  })

  test.each([
    ['x-abeja-meta-label', ['c', 'b', 'd', 'a']],
    ['-x-abeja-meta-label', ['a', 'b', 'd', 'c']],
    ['x-abeja-meta-label,-uploaded_at', ['c', 'd', 'b', 'a']],
    ['content_type,uploaded_at', ['c', 'd', 'b', 'a']],
    ['uploaded_at', ['a', 'b', 'c', 'd']],
  ])('sort=%s gives %j, however the pages are cut', async (sort, expected) => {
    const gateway = await startAbeja()
    const channel = await gateway.createChannel()
    await upload(gateway, channel, 'a', { 'x-abeja-meta-label': 'z', 'content-type': 'z/z' })
    await upload(gateway, channel, 'b', { 'x-abeja-meta-label': '%61', 'content-type': 'b/b' })
    await upload(gateway, channel, 'c', { 'content-type': 'a/a' })
    await upload(gateway, channel, 'd', { 'x-abeja-meta-label': 'a', 'content-type': 'a/a' })
    for (const count of [1, 2, 3, 4]) {
      expect((await all(gateway, channel, `sort=${sort}&items_per_page=${count}`)).flat()).toEqual(expected)
    }
  })

  test('filters, order and size of pages go on with a token', async () => {
    const gateway = await startAbeja()
    const channel = await gateway.createChannel()
    for (const name of ['a1', 'b1', 'a2', 'b2', 'a3']) await upload(gateway, channel, name)
    const query =
      'q=x-abeja-meta-filename:a&sort=-uploaded_at&items_per_page=2&start=20260311&end=20260311&timezone=UTC'
    expect(await all(gateway, channel, query)).toEqual([['a3', 'a2'], ['a1']])
  })
})
