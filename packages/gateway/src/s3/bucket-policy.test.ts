import { expect, test } from 'vitest'
import { readPolicy } from './bucket-policy.ts'

const get = { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*' }
const list = { Effect: 'Allow', Principal: { AWS: '*' }, Action: ['s3:ListBucket'], Resource: ['arn:aws:s3:::b'] }
const read = (...statements: unknown[]): unknown => {
  try {
    return readPolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }), 'b')
  } catch (error) {
    return (error as { code: string }).code
  }
}

test('a policy lets anybody read, list, or both', () => {
  expect(read(get)).toEqual({ read: true, list: false })
  expect(read(list)).toEqual({ read: false, list: true })
  expect(read(get, list)).toEqual({ read: true, list: true })
  const both = {
    ...get,
    Sid: 's',
    Action: ['s3:GetObject', 's3:ListBucket'],
    Resource: ['arn:aws:s3:::b', 'arn:aws:s3:::b/*'],
  }
  expect(read(both)).toEqual({ read: true, list: true })
})

test.each([
  [{ ...get, Effect: 'Deny' }],
  [{ ...get, Principal: { AWS: 'arn:aws:iam::1:root' } }],
  [{ ...get, Principal: { AWS: '*', Service: 'x' } }],
  [{ ...get, Action: 's3:*' }],
  [{ ...get, Action: 's3:PutObject' }],
  [{ ...get, Resource: 'arn:aws:s3:::b/public/*' }],
  [{ ...get, Resource: 'arn:aws:s3:::b' }],
  [{ ...get, Resource: ['arn:aws:s3:::b/*', 'arn:aws:s3:::other/*'] }],
  [{ ...get, Condition: { IpAddress: {} } }],
  [{ ...get, NotAction: 's3:PutObject' }],
])('a policy that says anything else is refused: %o', (statement) => {
  expect(read(list, statement)).toBe('NotImplemented')
})

test.each([[null], ['x'], [{}], [{ ...get, Resource: undefined }]])(
  'a statement that is none is malformed: %o',
  (statement) => {
    expect(['MalformedPolicy', 'NotImplemented']).toContain(read(statement))
  },
)

test.each(['', '[]', 'null', '{', '{}', `{"Statement":[],"Id":"${'x'.repeat(30_000)}"}`])('no policy: %#', (text) => {
  expect(() => readPolicy(text, 'b')).toThrow(expect.objectContaining({ code: 'MalformedPolicy' }))
})
