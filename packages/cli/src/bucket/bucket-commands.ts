import type { Command } from 'commander'
import type { BucketInfo } from 'stowage'
import { bucketAddress, parseAddress } from '../address.ts'
import type { CommandContext } from '../command-context.ts'
import { withStorage } from '../open-address.ts'
import { printFacts } from '../output/print-facts.ts'
import { printLine, printWould } from '../output/print-line.ts'
import { printList } from '../output/print-list.ts'
import { UsageError } from '../usage-error.ts'
import { addChange, addNoun, addVerb, type ChangeOptions, type CommonOptions } from '../verb.ts'

interface Descriptions extends ChangeOptions {
  readonly displayName?: string
  readonly description?: string
}

/** Adds `stowage bucket …`. */
export function addBucket(program: Command, context: CommandContext): void {
  const noun = addNoun(program, 'bucket')
  addList(noun, context)
  addVerb(noun, {
    usage: 'info <bucket>',
    description: 'what is known of a bucket',
    example: 'stowage bucket info lake:in.c-main',
  }).action((text: string, options: CommonOptions) => {
    const address = bucketAddress(text)
    return withStorage(context, options, address, async (storage) =>
      printFacts(context, await storage.bucket(address.bucket).info(), options.json),
    )
  })
  addDescribing(
    noun,
    context,
    'create',
    'create a bucket',
    'stowage bucket create dev:photos --description "From the trip"',
  )
  addDescribing(
    noun,
    context,
    'update',
    "change a bucket's name for people or description",
    'stowage bucket update dev:photos --display-name Photos',
  )
  addDelete(noun, context)
  addArchiving(noun, context, 'archive', 'keep what a bucket holds, and refuse writes to it')
  addArchiving(noun, context, 'unarchive', 'take a bucket back from the archive')
}

function addList(noun: Command, context: CommandContext): void {
  addVerb(noun, {
    usage: 'list [backend]',
    description: 'the buckets of a backend, by name; lake:in. lists those that begin with "in."',
    example: 'stowage bucket list lake:',
  }).action((text: string | undefined, options: CommonOptions) => {
    const { backend, bucket: prefix } = parseAddress(text ?? '')
    return withStorage(context, options, { backend }, (storage) =>
      printList(context, storage.buckets({ prefix }).pages(), bucketColumns, options.json),
    )
  })
}

const bucketColumns = {
  headings: ['NAME', 'KIND', 'ARCHIVED', 'DESCRIPTION'],
  cells: ({ name, kind, isArchived, description }: BucketInfo): string[] => [
    name,
    kind ?? '',
    isArchived ? 'yes' : '',
    description ?? '',
  ],
}

function addDescribing(
  noun: Command,
  context: CommandContext,
  verb: 'create' | 'update',
  description: string,
  example: string,
): void {
  addChange(noun, { usage: `${verb} <bucket>`, description, example })
    .option('--display-name <name>', 'a name for people')
    .option('--description <text>', 'what it is for')
    .action((text: string, options: Descriptions) => {
      const address = bucketAddress(text)
      const { bucket } = address
      const { displayName, description: about } = options
      if (verb === 'update' && displayName === undefined && about === undefined) {
        throw new UsageError('there is nothing to change: give --display-name or --description')
      }
      return withStorage(context, options, address, async (storage) => {
        if (options.dryRun) return printWould(context, options, `${verb} the bucket ${bucket}`)
        const info = await storage.bucket(bucket)[verb]({ displayName, description: about })
        if (options.json) printFacts(context, info, true)
        else printLine(context, `${verb}d the bucket ${info.name}`)
      })
    })
}

function addDelete(noun: Command, context: CommandContext): void {
  addChange(noun, {
    usage: 'delete <bucket>',
    description: 'delete a bucket that is empty',
    example: 'stowage bucket delete dev:photos --force',
  })
    .option('--force', 'also with all the tables and files in it', false)
    .action((text: string, options: ChangeOptions & { readonly force: boolean }) => {
      const address = bucketAddress(text)
      const { bucket } = address
      return withStorage(context, options, address, async (storage) => {
        if (options.dryRun) {
          const { name } = await storage.bucket(bucket).info()
          const extent = options.force ? ' with all it holds' : ', if it is empty'
          return printWould(context, options, `delete the bucket ${name}${extent}`)
        }
        await storage.bucket(bucket).delete({ force: options.force })
        if (options.json) printFacts(context, { bucket, outcome: 'deleted' }, true)
        else printLine(context, `deleted the bucket ${bucket}`)
      })
    })
}

function addArchiving(
  noun: Command,
  context: CommandContext,
  verb: 'archive' | 'unarchive',
  description: string,
): void {
  addChange(noun, { usage: `${verb} <bucket>`, description, example: `stowage bucket ${verb} cams:door` }).action(
    (text: string, options: ChangeOptions) => {
      const address = bucketAddress(text)
      const { bucket } = address
      return withStorage(context, options, address, async (storage) => {
        if (options.dryRun) return printWould(context, options, `${verb} the bucket ${bucket}`)
        const info = await storage.bucket(bucket)[verb]()
        if (options.json) printFacts(context, info, true)
        else printLine(context, `${verb}d the bucket ${info.name}`)
      })
    },
  )
}
