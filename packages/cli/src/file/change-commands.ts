import { resolve } from 'node:path'
import type { Command } from 'commander'
import { itemAddress } from '../address.ts'
import type { CommandContext } from '../command-context.ts'
import { withStorage } from '../open-address.ts'
import { printFacts } from '../output/print-facts.ts'
import { printLine, printWould } from '../output/print-line.ts'
import { byteText, watched } from '../output/progress-line.ts'
import { UsageError } from '../usage-error.ts'
import { addChange, type ChangeOptions } from '../verb.ts'
import { addFilesCopy } from './copy-command.ts'
import { withFile } from './with-file.ts'

/** Adds the verbs that change files. */
export function addFileChanges(noun: Command, context: CommandContext): void {
  addPut(noun, context)
  addFilesCopy(noun, context)
  addDelete(noun, context)
}

interface PutOptions extends ChangeOptions {
  readonly contentType?: string
  readonly overwrite: boolean
}

function addPut(noun: Command, context: CommandContext): void {
  addChange(noun, {
    usage: 'put <source> <file>',
    description: 'upload a file; - reads standard input',
    example: 'stowage file put ./cat.jpg dev:photos/2026/cat.jpg --content-type image/jpeg',
  })
    .option('--content-type <type>', 'its media type')
    .option('--no-overwrite', 'fail when there is a file already')
    .action((source: string, text: string, options: PutOptions) =>
      withFile(context, options, text, async (file) => {
        const place = `${file.bucketName}/${file.key}`
        if (options.dryRun) {
          const isThere = await file.exists()
          return printWould(
            context,
            options,
            `upload ${source} to ${place}${isThere ? ', which is there already' : ''}`,
          )
        }
        const from = source === '-' ? context.input() : resolve(context.cwd, source)
        const { contentType, overwrite } = options
        const result = await watched(context, file.upload(from, { contentType, overwrite }))
        if (options.json) printFacts(context, result, true)
        else printLine(context, `uploaded ${byteText(result.file.sizeBytes)} to ${place}`)
      }),
    )
}

function addDelete(noun: Command, context: CommandContext): void {
  addChange(noun, {
    usage: 'delete <file...>',
    description: 'delete files of one bucket; each gets an outcome',
    example: 'stowage file delete dev:photos/a.jpg dev:photos/b.jpg',
  }).action((texts: readonly string[], options: ChangeOptions) => {
    const { backend, bucket, keys } = inOneBucket(texts)
    return withStorage(context, options, { backend, bucket }, async (storage) => {
      if (options.dryRun)
        return printWould(context, options, `delete ${keys.map((key) => `${bucket}/${key}`).join(', ')}`)
      const outcomes = await storage.bucket(bucket).deleteFiles(keys)
      if (options.json) printFacts(context, outcomes, true)
      else for (const { key, outcome } of outcomes) printLine(context, `${outcome} ${bucket}/${key}`)
      const failed = outcomes.find(({ outcome }) => outcome !== 'deleted')
      if (failed === undefined) return
      const { StorageError } = await import('stowage')
      throw (
        failed.error ??
        new StorageError({ code: 'not-found', message: `${bucket}/${failed.key} is not there: check the key` })
      )
    })
  })
}

interface FilesOfBucket {
  readonly backend: string | undefined
  readonly bucket: string
  readonly keys: readonly string[]
}

function inOneBucket(texts: readonly string[]): FilesOfBucket {
  const [first, ...others] = texts.map((text) => itemAddress(text, 'file'))
  if (first === undefined) throw new UsageError('name the files to delete')
  const { backend, bucket } = first
  if (others.some((other) => other.backend !== backend || other.bucket !== bucket)) {
    throw new UsageError('the files are in several buckets: delete those of one bucket at a time')
  }
  return { backend, bucket, keys: [first, ...others].map(({ name }) => name) }
}
