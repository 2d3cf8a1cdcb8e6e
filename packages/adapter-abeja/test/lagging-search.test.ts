import { createStorage } from '@stowage/core'
import { expect, test } from 'vitest'
import { type AbejaFixture, startAbeja } from './abeja-fixture.ts'

const listing = { method: 'GET', path: /^\/channels\/\d+$/ }
const nothing = JSON.stringify({ files: [], next_page_token: null })

/** Lets the next search, and whatever else lists a channel, find this. */
function answerSearch({ gateway }: AbejaFixture, body: string, times = 1): void {
  gateway.faults.add({ match: listing, times, status: 200, body, contentType: 'application/json' })
}

async function listed({ gateway }: AbejaFixture, channelId: string): Promise<string> {
  const { userId, personalAccessToken, url } = gateway
  const authorization = `Basic ${Buffer.from(`user-${userId}:${personalAccessToken}`).toString('base64')}`
  return (await fetch(`${url}/channels/${channelId}`, { headers: { authorization } })).text()
}

test('what a search does not find is looked for in the whole channel, unless that is off', async () => {
  const abeja = await startAbeja()
  const { native } = abeja.drive()
  const { channelId } = await native.createChannel({ name: 'lag' })
  await native.postChannelFileUpload(channelId, Buffer.from('x'), { metadata: { filename: 'a' } })
  answerSearch(abeja, nothing)
  expect(await abeja.open().bucket('lag').file('a').text()).toBe('x')
  answerSearch(abeja, nothing)
  const file = abeja.open({ searchFallback: false }).bucket('lag').file('a')
  await expect(file.text()).rejects.toMatchObject({ code: 'not-found' })
})

test('what was just written is known by its id: it is read, and replaced without staying behind', async () => {
  const abeja = await startAbeja()
  const storage = abeja.open({ searchFallback: false })
  const channel = storage.bucket('lag')
  await channel.create()
  await channel.file('a').put('old')
  answerSearch(abeja, nothing)
  expect(await channel.file('a').text()).toBe('old')
  answerSearch(abeja, nothing)
  await channel.file('a').put('new')
  const { native } = abeja.drive()
  const [made] = (await native.listChannels()).items
  expect((await native.listChannelFiles(made?.channelId ?? '')).items).toHaveLength(1)
  expect(await channel.file('a').text()).toBe('new')
})

test('what was just deleted does not come back with a search that still finds it', async () => {
  const abeja = await startAbeja()
  const driver = abeja.drive()
  const { channelId } = await driver.native.createChannel({ name: 'lag' })
  const file = createStorage(driver).bucket('lag').file('a')
  await file.put('x')
  const before = await listed(abeja, channelId)
  await file.delete()
  answerSearch(abeja, before, 2)
  expect(await file.exists()).toBe(false)
})

test('a file that has just been uploaded and has no date yet is the newest of its name', async () => {
  const abeja = await startAbeja()
  const { native } = abeja.drive()
  const { channelId } = await native.createChannel({ name: 'lag' })
  for (const text of ['new', 'old'])
    await native.postChannelFileUpload(channelId, Buffer.from(text), { metadata: { filename: 'a' } })
  const { files } = JSON.parse(await listed(abeja, channelId)) as { files: object[] }
  const [first, second] = files
  answerSearch(abeja, JSON.stringify({ files: [{ ...first, uploaded_at: null }, second], next_page_token: null }))
  expect(await abeja.open().bucket('lag').file('a').text()).toBe('new')
})
