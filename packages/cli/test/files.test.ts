import { readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { beforeEach, describe, expect, test } from 'vitest'
import { type CommandRun, makeDirectory, only, run } from './run-command.ts'
import { startStowage } from './serve-process.ts'

let cwd: string
const at = (...words: readonly string[]): Promise<CommandRun> => run(words, { cwd })

beforeEach(async () => {
  cwd = await makeDirectory()
  await writeFile(join(cwd, 'cat.txt'), 'miaow')
  await at('bucket', 'create', 'photos')
  await at('file', 'put', 'cat.txt', 'photos/2026/cat.txt', '--content-type', 'text/plain')
})

describe('files on the command line', () => {
  test('what was put is listed, described and read', async () => {
    expect((await at('file', 'list', 'photos')).out).toBe('SIZE  MODIFIED  KEY\n                2026/\n')
    expect((await at('file', 'list', 'photos/2026/')).out).toMatch(/5 B +\d{4}-\d\d-\d\dT[\d:]+Z +2026\/cat.txt/)
    expect(JSON.parse((await at('file', 'list', 'photos', '-r', '--json')).out)).toMatchObject([
      { kind: 'file', file: { key: '2026/cat.txt', sizeBytes: 5 } },
    ])
    expect((await at('file', 'info', 'photos/2026/cat.txt')).out).toContain('text/plain')
    expect((await at('file', 'cat', 'photos/2026/cat.txt')).out).toBe('miaow')
    expect((await at('file', 'cat', 'photos/2026/cat.txt', '--start', '1', '--end', '4')).out).toBe('iao')
  })

  test('an empty listing is an empty array for programs and nothing for people', async () => {
    expect(await at('file', 'list', 'photos/none/', '--json')).toEqual({ code: 0, out: '[]\n', error: '' })
    expect(await at('file', 'list', 'photos/none/')).toEqual({ code: 0, out: '', error: '' })
  })

  test('a file is downloaded, and what is there is replaced only when it is said', async () => {
    expect((await at('file', 'get', 'photos/2026/cat.txt', 'copy.txt')).out).toBe(
      'downloaded 5 B to copy.txt, verified\n',
    )
    expect(await readFile(join(cwd, 'copy.txt'), 'utf8')).toBe('miaow')
    expect(await at('file', 'get', 'photos/2026/cat.txt', 'copy.txt')).toMatchObject({ code: 4 })
    expect(await at('file', 'get', 'photos/2026/cat.txt', 'copy.txt', '--overwrite')).toMatchObject({ code: 0 })
  })

  test('standard input is uploaded', async () => {
    await run(['file', 'put', '-', 'photos/piped'], { cwd, input: () => only('from a pipe') })
    expect((await at('file', 'cat', 'photos/piped')).out).toBe('from a pipe')
  })

  test('a file is copied and deleted; one that is not there ends with 3', async () => {
    await at('file', 'copy', 'photos/2026/cat.txt', 'photos/dog.txt')
    const { code, out } = await at('file', 'delete', 'photos/dog.txt', 'photos/cow.txt')
    expect({ code, out }).toEqual({ code: 3, out: 'deleted photos/dog.txt\nnot-found photos/cow.txt\n' })
  })

  test('a signed URL that would expire at once is refused', async () => {
    const { code, error } = await at('file', 'url', 'photos/2026/cat.txt', '--expires', '0')
    expect(code).toBe(2)
    expect(error).toContain('whole number from 1')
  })

  test.each([
    [['put', 'cat.txt', 'photos/2026/cat.txt'], 'would upload cat.txt to photos/2026/cat.txt, which is there already'],
    [['get', 'photos/2026/cat.txt', 'x'], 'would download photos/2026/cat.txt (5 B) to x'],
    [['delete', 'photos/2026/cat.txt'], 'would delete photos/2026/cat.txt'],
  ])('a dry run of %j changes nothing', async (words, said) => {
    const before = (await at('file', 'list', 'photos', '-r', '--json')).out
    expect(await at('file', ...words, '--dry-run')).toEqual({ code: 0, out: `${said}\n`, error: '' })
    expect((await at('file', 'list', 'photos', '-r', '--json')).out).toBe(before)
  })

  test.each([
    [['cat', 'photos/none'], 3, 'none'],
    [['list', 'lake:'], 2, 'name a bucket'],
    [['put', 'none.txt', 'photos/x'], 3, 'none.txt'],
    [['copy', 'photos/x', 'lake:photos/x'], 2, 'there is no backend "lake"'],
    [['delete', 'photos/x', 'other/x'], 2, 'several buckets'],
  ])('%j ends with a clear error', async (words, code, message) => {
    const result = await at('file', ...words)
    expect(result.code).toBe(code)
    expect(result.error).toContain(message)
  })

  test('progress is drawn on a terminal and taken away again', async () => {
    await writeFile(join(cwd, 'large'), Buffer.alloc(3_000_000))
    const { error } = await run(['file', 'put', 'large', 'photos/large'], { cwd, isTerminal: true })
    expect(error.startsWith('\r\u001b[2K\u001b[?7l[')).toBe(true)
    expect(error).toMatch(/\[#*\.*\] +\d+ %/)
    expect(error.endsWith('\r\u001b[2K')).toBe(true)
  })

  test('a signal aborts a command, which ends with 130 and leaves nothing', async () => {
    let stop = (): void => {}
    const untilStopped = (): Promise<void> => new Promise((resolve) => (stop = resolve))
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(100_000)
      stop()
      await new Promise(() => {})
    }
    expect(await run(['file', 'put', '-', 'photos/half'], { cwd, untilStopped, input: endless })).toMatchObject({
      code: 130,
      error: 'error: stopped before it was done\n',
    })
    expect(await at('file', 'info', 'photos/half')).toMatchObject({ code: 3 })
  })

  test('a reader that leaves ends the process quietly, which held little of the file', async () => {
    const path = join(cwd, 'large')
    await writeFile(path, '')
    await truncate(path, 160 * mebibyte)
    await at('file', 'put', 'large', 'photos/large')
    const little = await peakOf(['file', 'cat', 'photos/large', '--end', '10'])
    const left = await peakOf(
      ['file', 'cat', 'photos/large'],
      (stdout) => void stdout.once('data', () => stdout.destroy()),
    )
    const whole = await peakOf(['file', 'cat', 'photos/large'], (stdout) => void stdout.resume())
    expect(left - little).toBeLessThan(32 * mebibyte)
    expect(whole - little).toBeLessThan(96 * mebibyte)
  })
})

const mebibyte = 1024 * 1024

/** Runs a command that succeeds in a process of its own, and gives the most memory that held. */
async function peakOf(words: readonly string[], read: (stdout: Readable) => void = () => undefined): Promise<number> {
  const report = `process.on('exit', () => process.stderr.write(String(process.resourceUsage().maxRSS)))`
  const { child, exit, error } = startStowage(words, cwd, [
    `--import=data:text/javascript,${encodeURIComponent(report)}`,
  ])
  if (child.stdout !== null) read(child.stdout)
  expect(await exit()).toBe(0)
  expect(error()).toMatch(/^\d+$/)
  return Number(error()) * 1024
}

describe('buckets on the command line', () => {
  test('are listed, described and deleted', async () => {
    await at('bucket', 'update', 'photos', '--description', 'From the trip')
    expect((await at('bucket', 'list')).out).toContain('From the trip')
    expect(JSON.parse((await at('bucket', 'info', 'photos', '--json')).out)).toMatchObject({ name: 'photos' })
    expect((await at('bucket', 'delete', 'photos', '--force', '--dry-run')).out).toContain('would delete')
    expect(await at('bucket', 'delete', 'photos')).toMatchObject({ code: 4 })
    expect((await at('bucket', 'delete', 'photos', '--force')).out).toBe('deleted the bucket photos\n')
    expect((await at('bucket', 'list', '--json')).out).toBe('[]\n')
  })

  test('are archived and taken back', async () => {
    expect((await at('bucket', 'archive', 'photos')).out).toBe('archived the bucket photos\n')
    expect((await at('bucket', 'list')).out).toMatch(/photos +yes/)
    expect((await at('bucket', 'unarchive', 'photos')).out).toBe('unarchived the bucket photos\n')
  })

  test('an update without anything to change is refused', async () => {
    expect(await at('bucket', 'update', 'photos')).toMatchObject({ code: 2 })
  })
})
