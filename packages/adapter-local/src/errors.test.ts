import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { explainLocalError } from './errors.ts'

function failureOf(work: () => void): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  throw new Error('it did not fail')
}

function makeFile(): string {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'stowage-errors-'))
  onTestFinished(() => fs.rmSync(directory, { recursive: true, force: true }))
  return path.join(directory, 'db.sqlite')
}

function open(file: string, options = {}): DatabaseSync {
  const database = new DatabaseSync(file, options)
  onTestFinished(() => database.close())
  return database
}

test('a lock that others hold is worth another try', () => {
  const file = makeFile()
  open(file).exec('CREATE TABLE t (x); BEGIN EXCLUSIVE')
  const facts = explainLocalError(failureOf(() => open(file).exec('BEGIN IMMEDIATE')))
  expect(facts).toMatchObject({ code: 'unavailable', applied: 'no', nativeCode: 'SQLITE_5' })
})

test('a full disk is a quota', () => {
  const database = open(makeFile())
  database.exec('CREATE TABLE t (x); PRAGMA max_page_count = 2')
  const facts = explainLocalError(failureOf(() => database.exec('INSERT INTO t VALUES (zeroblob(100000))')))
  expect(facts).toMatchObject({ code: 'quota-exceeded' })
  expect(facts?.message).toContain('free some space')
})

test('a read-only database and one that can’t be opened are matters of permission', () => {
  const file = makeFile()
  open(file).exec('CREATE TABLE t (x)')
  const readOnly = failureOf(() => open(file, { readOnly: true }).exec('DROP TABLE t'))
  expect(explainLocalError(readOnly)).toMatchObject({ code: 'permission-denied' })
  const missing = failureOf(() => new DatabaseSync(path.join(file, 'x')))
  expect(explainLocalError(missing)).toMatchObject({ code: 'permission-denied' })
})

test('what is no database is corrupt', () => {
  const file = makeFile()
  fs.writeFileSync(file, 'x'.repeat(5000))
  const failure = failureOf(() => open(file).exec('CREATE TABLE t (x)'))
  expect(explainLocalError(failure)).toMatchObject({ code: 'corrupt-data', nativeCode: 'SQLITE_26' })
})

test('other failures are left to core', () => {
  const syntax = failureOf(() => open(makeFile()).exec('NONSENSE'))
  const missing = failureOf(() => fs.readFileSync('/does/not/exist'))
  for (const error of [syntax, missing, new Error('x'), undefined, 'x'])
    expect(explainLocalError(error)).toBeUndefined()
})
