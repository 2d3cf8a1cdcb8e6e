import { expect, test } from 'vitest'
import { KeyLocks } from './key-locks.ts'

test('who asks for the same name waits for its turn, others do not', async () => {
  const locks = new KeyLocks()
  const seen: string[] = []
  const first = await locks.acquire('a')
  const second = locks.run('a', async () => void seen.push('second'))
  const third = locks.run('a', async () => void seen.push('third'))
  await locks.run('b', async () => void seen.push('other'))
  expect(seen).toEqual(['other'])
  first()
  await Promise.all([second, third])
  expect(seen).toEqual(['other', 'second', 'third'])
})

test('a failure lets the next one in, and nothing is kept', async () => {
  const locks = new KeyLocks()
  await expect(locks.run('a', () => Promise.reject(new Error('x')))).rejects.toThrow('x')
  expect(locks.settled('a')).toBeUndefined()
  const release = await locks.acquire('a')
  const settled = locks.settled('a')
  release()
  await settled
  expect(locks.settled('a')).toBeUndefined()
})
