import type { File, FileInfo, Storage } from 'stowage'
import type { CommandContext } from '../command-context.ts'
import { type CopyChoice, toCopyCall } from '../copy/copy-options.ts'
import { printFacts } from '../output/print-facts.ts'
import { printLine, printWould } from '../output/print-line.ts'
import { byteText, watched } from '../output/progress-line.ts'
import { UsageError } from '../usage-error.ts'
import type { CopyPlace } from './copy-place.ts'

/** A file to be, or to be copied. */
interface FilePlace extends CopyPlace {
  readonly storage: Storage
}

/** Copies one file: inside a backend as that does it, between two by reading and writing it. */
export async function copyOne(
  context: CommandContext,
  from: FilePlace,
  to: FilePlace,
  choice: CopyChoice,
): Promise<void> {
  refuseOptionsOfMany(choice)
  const [source, target] = [fileOf(from), fileOf(to)]
  const [place, way] = [addressOf(to), `${addressOf(from)} to ${addressOf(to)}`]
  const { mode } = choice
  if (mode === 'skip-existing' && (await target.exists())) {
    if (choice.json) printFacts(context, { outcome: 'skipped' }, true)
    else printLine(context, `left ${place} alone, as it is there already`)
    return
  }
  if (choice.dryRun) return printWould(context, choice, `copy ${way}`)
  const overwrite = mode === 'upsert' || mode === 'replace'
  const result =
    from.storage === to.storage
      ? await source.copyTo(target, { overwrite })
      : await sendFile(context, source, to, overwrite, choice)
  if (choice.json) printFacts(context, result, true)
  else printLine(context, `copied ${way}, ${byteText(result.file.sizeBytes)}`)
}

function addressOf({ backend, bucket, name }: CopyPlace): string {
  return `${backend === undefined ? '' : `${backend}:`}${bucket}/${name}`
}

function fileOf({ storage, bucket, name }: FilePlace): File {
  return storage.bucket(bucket).file(name)
}

function refuseOptionsOfMany({ verify, resume, expect }: CopyChoice): void {
  if (verify === 'counts' && resume === undefined && expect === undefined) return
  throw new UsageError('--verify, --resume and --expect are for many files: end both addresses with /')
}

async function sendFile(
  context: CommandContext,
  source: File,
  { storage, ...place }: FilePlace,
  overwrite: boolean,
  choice: CopyChoice,
): Promise<{ readonly file: FileInfo }> {
  const info = await source.stat()
  const { allowLossy = [] } = toCopyCall(context, choice)
  const attributes = attributesFor(storage, info, (name) => allowLossy === true || allowLossy.includes(name))
  const options = { ...attributes, sizeBytes: info.sizeBytes, overwrite }
  return watched(context, fileOf({ storage, ...place }).upload(source.stream(), options))
}

const attributes = [
  ['contentType', 'files.contentType'],
  ['metadata', 'files.metadata'],
  ['tags', 'files.tags'],
  ['expiresAt', 'files.expiry'],
] as const

// What the target doesn't keep and may not be lost stays in: the upload refuses it by name.
function attributesFor(
  { capabilities }: Storage,
  info: FileInfo,
  mayLose: (name: string) => boolean,
): Partial<Pick<FileInfo, (typeof attributes)[number][0]>> {
  const kept = attributes.filter(
    ([name, operation]) => capabilities.operations[operation] !== undefined || !mayLose(name),
  )
  return Object.fromEntries(kept.map(([name]) => [name, info[name]]))
}
