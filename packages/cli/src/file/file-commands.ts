import { resolve } from 'node:path'
import { type Command, Option } from 'commander'
import type { ByteRange, FileEntry, FileInfo } from 'stowage'
import { parseAddress } from '../address.ts'
import type { CommandContext } from '../command-context.ts'
import { withStorage } from '../open-address.ts'
import { printFacts } from '../output/print-facts.ts'
import { printLine, printWould } from '../output/print-line.ts'
import { printList } from '../output/print-list.ts'
import { byteText, watched } from '../output/progress-line.ts'
import { UsageError } from '../usage-error.ts'
import { addChange, addNoun, addVerb, type ChangeOptions, type CommonOptions, countOption } from '../verb.ts'
import { addFileChanges } from './change-commands.ts'
import { withFile } from './with-file.ts'

/** Adds `stowage file …`. */
export function addFile(program: Command, context: CommandContext): void {
  const noun = addNoun(program, 'file')
  addList(noun, context)
  addInfo(noun, context)
  addGet(noun, context)
  addCat(noun, context)
  addUrl(noun, context)
  addFileChanges(noun, context)
}

interface ListOptions extends CommonOptions {
  readonly recursive: boolean
}

function addList(noun: Command, context: CommandContext): void {
  addVerb(noun, {
    usage: 'list <bucket[/prefix]>',
    description: 'the files of a bucket, by key; keys below the next slash are one entry',
    example: 'stowage file list dev:photos/2026/ --recursive',
  })
    .option('-r, --recursive', 'every file by itself', false)
    .action((text: string, options: ListOptions) => {
      const { backend, bucket, name: prefix } = parseAddress(text)
      if (bucket === undefined) throw new UsageError('name a bucket: stowage file list [backend:]bucket[/prefix]')
      const delimiter = options.recursive ? undefined : '/'
      return withStorage(context, options, { backend, bucket }, (storage) =>
        printList(context, storage.bucket(bucket).files({ prefix, delimiter }).pages(), entryColumns, options.json),
      )
    })
}

const entryColumns = {
  headings: ['SIZE', 'MODIFIED', 'KEY'],
  cells: (entry: FileEntry): string[] =>
    entry.kind === 'prefix'
      ? ['', '', entry.prefix]
      : [byteText(entry.file.sizeBytes), modified(entry.file), entry.file.key],
}

function modified({ modifiedAt }: FileInfo): string {
  return modifiedAt?.toISOString().replace(/\.\d+Z$/, 'Z') ?? ''
}

function addInfo(noun: Command, context: CommandContext): void {
  addVerb(noun, {
    usage: 'info <file>',
    description: 'what is known of a file',
    example: 'stowage file info dev:photos/2026/cat.jpg',
  }).action((text: string, options: CommonOptions) =>
    withFile(context, options, text, async (file) => printFacts(context, await file.stat(), options.json)),
  )
}

function addGet(noun: Command, context: CommandContext): void {
  addChange(noun, {
    usage: 'get <file> <target>',
    description: 'download a file; it gets its name once it is complete and checked',
    example: 'stowage file get dev:photos/2026/cat.jpg ./cat.jpg',
  })
    .option('--overwrite', 'replace a file that is there', false)
    .action((text: string, target: string, options: ChangeOptions & { readonly overwrite: boolean }) =>
      withFile(context, options, text, async (file) => {
        if (options.dryRun) {
          const { sizeBytes } = await file.stat()
          return printWould(
            context,
            options,
            `download ${file.bucketName}/${file.key} (${byteText(sizeBytes)}) to ${target}`,
          )
        }
        const transfer = file.download(resolve(context.cwd, target), { overwrite: options.overwrite })
        const result = await watched(context, transfer)
        if (options.json) return printFacts(context, result, true)
        const { verified, reason } = result.verification
        const check = verified ? 'verified' : `not verified: ${reason ?? ''}`
        printLine(context, `downloaded ${byteText(result.sizeBytes)} to ${target}, ${check}`)
      }),
    )
}

function addCat(noun: Command, context: CommandContext): void {
  addVerb(noun, {
    usage: 'cat <file>',
    description: "write a file's bytes to standard output",
    example: 'stowage file cat dev:logs/today.txt --start 1000 | head',
  })
    .addOption(countOption('--start <byte>', 'the first byte').default(0))
    .addOption(countOption('--end <byte>', 'the byte after the last'))
    .action((text: string, { start, end, ...options }: CommonOptions & ByteRange) =>
      withFile(context, options, text, async (file) => {
        const range = start === 0 && end === undefined ? undefined : { start, end }
        for await (const chunk of file.stream({ range })) await context.write(chunk)
      }),
    )
}

interface UrlOptions extends CommonOptions {
  readonly method: 'GET' | 'PUT'
  readonly expires: number
}

function addUrl(noun: Command, context: CommandContext): void {
  addVerb(noun, {
    usage: 'url <file>',
    description: 'sign a URL with which anybody can read or write the file until it expires',
    example: 'stowage file url dev:photos/2026/cat.jpg --expires 3600',
  })
    .addOption(new Option('--method <method>', 'what it is good for').choices(['GET', 'PUT']).default('GET'))
    .addOption(countOption('--expires <seconds>', 'how long it works', 1).default(900))
    .action((text: string, options: UrlOptions) =>
      withFile(context, options, text, async (file) => {
        const signed = await file.signedUrl({ method: options.method, expiresInMs: options.expires * 1000 })
        if (options.json) printFacts(context, signed, true)
        else context.out(`${signed.url}\n`)
      }),
    )
}
