import { expect, test } from 'vitest'
import { readAhead } from './read-ahead.ts'

async function* numbers(events: string[], fails?: number): AsyncGenerator<number, void, undefined> {
  try {
    for (let number = 1; number <= 3; number += 1) {
      events.push(`make ${number}`)
      if (number === fails) throw new Error('no more')
      yield number
    }
  } finally {
    events.push('end')
  }
}

async function takeAll(items: AsyncIterable<number>, events: string[]): Promise<void> {
  for await (const item of items) {
    await Promise.resolve()
    events.push(`take ${item}`)
  }
}

test('the next item is made while one is taken, and no other', async () => {
  const events: string[] = []
  await takeAll(readAhead(numbers(events)), events)
  expect(events).toEqual(['make 1', 'make 2', 'take 1', 'make 3', 'take 2', 'end', 'take 3'])
})

test('a source that fails has its failure seen behind the items before it', async () => {
  const events: string[] = []
  await expect(takeAll(readAhead(numbers(events, 2)), events)).rejects.toThrow('no more')
  expect(events).toEqual(['make 1', 'make 2', 'end', 'take 1'])
})

test('whoever leaves early ends the source', async () => {
  const events: string[] = []
  for await (const item of readAhead(numbers(events))) {
    await new Promise(setImmediate)
    if (item === 1) break
  }
  expect(events).toEqual(['make 1', 'make 2', 'end'])
})

test('whoever leaves early does not wait for a source that hangs', async () => {
  async function* hanging(): AsyncGenerator<number, void, undefined> {
    yield 1
    await new Promise(() => {})
  }
  const rest = readAhead(hanging())
  expect(await rest.next()).toEqual({ value: 1, done: false })
  expect(await rest.return()).toEqual({ value: undefined, done: true })
})
