import type { FileInfo } from '../../contract/file.ts'
import type { Receipt } from '../../contract/receipt.ts'
import type { CallOptions } from '../../portable/call-options.ts'
import { invalidArgument } from '../../errors/storage-error.ts'
import { checkOptions } from '../../portable/names.ts'
import type { Verification } from '../../portable/verification.ts'
import type { Cast, CopyMode, CopyVerify } from '../copy-plan.ts'

/** Options of copying files. */
export interface CopyFilesOptions extends CallOptions {
  /** What happens to files the target has. Default `append`. */
  readonly mode?: CopyMode | undefined
  /** How the copy is checked. Default `counts`: sizes, and the checksums the backends keep. */
  readonly verify?: CopyVerify | undefined
  /**
   * The path of a journal, which makes the copy one that can go on after it was killed: called again with the same arguments it does what is
   * left. Default: none.
   */
  readonly journal?: string | undefined
  /** How many large files are copied at a time; of files up to 1 MiB four times as many. Default 4. */
  readonly concurrency?: number | undefined
  /** The fingerprint of a plan: the copy fails with `conflict` when source, target or options are others by now. Default: not compared. */
  readonly expect?: string | undefined
  /** What may be lost where the target doesn't keep it: `contentType`, `metadata`, `tags`, `expiresAt`; true for any. Default: nothing. */
  readonly allowLossy?: readonly string[] | true | undefined
  /** Whether the first file that fails ends the copy, or the others are copied all the same. Default `stop`. */
  readonly onError?: 'stop' | 'continue' | undefined
  /** Called with each file as it is done. One that throws ends the copy. Default: none. */
  readonly onOutcome?: ((outcome: CopyOutcome) => void) | undefined
}

/** What copying one of many files came to. */
export interface CopyOutcome {
  /** The file's key at the source. */
  readonly key: string
  /** Its key at the target. */
  readonly targetKey: string
  /** `copied`, `skipped` since one was there, `resumed` since an earlier run of the journal had copied it, or `failed`. */
  readonly outcome: 'copied' | 'skipped' | 'resumed' | 'failed'
  /** Its length, by the source's listing. */
  readonly sizeBytes: number
  /** Checksums of what was sent; none where nothing was, or where the backend copied it by itself. */
  readonly checksums: FileInfo['checksums']
  /** Whether they were compared with what the target keeps; undefined where nothing was sent. */
  readonly verification: Verification | undefined
  /** Why it failed. */
  readonly error: Error | undefined
}

/** What copying files came to. */
export interface CopyFilesResult {
  /** How many files were copied. */
  readonly copied: number
  /** How many were left alone because the target has them. */
  readonly skipped: number
  /** How many an earlier run of the same journal had copied. */
  readonly resumed: number
  /** How many failed; only with `onError: 'continue'`. */
  readonly failed: number
  /** How many files only the target had went; only with `replace`, and only when none failed. */
  readonly deleted: number
  /** How many bytes were copied. */
  readonly bytes: number
  /** The first 1,000 that failed; all of them go to `onOutcome`. */
  readonly failures: readonly CopyOutcome[]
  /** What was lost, as `allowLossy` let it. */
  readonly casts: readonly Cast[]
  /** What it cost, on both sides. */
  readonly receipt: Receipt
}

/** The options as they are worked with. */
export interface CheckedFilesOptions extends CopyFilesOptions {
  readonly mode: CopyMode
  readonly verify: CopyVerify
  readonly concurrency: number
  readonly onError: 'stop' | 'continue'
}

const planNames = [
  'mode',
  'verify',
  'concurrency',
  'journal',
  'allowLossy',
  'onError',
  'onOutcome',
  'signal',
  'timeoutMs',
]
const choices = {
  mode: ['append', 'upsert', 'replace', 'skip-existing'],
  verify: ['counts', 'digest', 'read-back'],
  onError: ['stop', 'continue'],
} as const
const maxConcurrency = 64

/** What of a file may be lost. */
export const attributes = ['contentType', 'metadata', 'tags', 'expiresAt'] as const

/** One of {@link attributes}. */
export type Attribute = (typeof attributes)[number]

/** Checks the options of a copy and fills in the defaults. */
export function checkFilesOptions(
  place: 'copyFiles' | 'planFilesCopy',
  options: CopyFilesOptions,
): CheckedFilesOptions {
  checkOptions(place, options, place === 'copyFiles' ? [...planNames, 'expect'] : planNames)
  const { mode = 'append', verify = 'counts', onError = 'stop', concurrency = 4, allowLossy } = options
  const checked = { ...options, mode, verify, onError, concurrency }
  for (const [name, known] of Object.entries(choices))
    checkChoice(place, name, checked[name as keyof typeof choices], known)
  if (!Number.isSafeInteger(concurrency) || concurrency < 1 || concurrency > maxConcurrency) {
    throw invalidArgument(`concurrency is ${concurrency}: give a whole number from 1 to ${maxConcurrency}`)
  }
  if (allowLossy !== undefined && allowLossy !== true) checkLossy(allowLossy)
  return checked
}

function checkChoice(place: string, name: string, value: string, known: readonly string[]): void {
  if (known.includes(value)) return
  throw invalidArgument(`${place} takes ${name} ${known.map((choice) => `"${choice}"`).join(', ')}, not "${value}"`)
}

function checkLossy(names: readonly string[]): void {
  const unknown = Array.isArray(names) ? names.find((name) => !attributes.includes(name as Attribute)) : names
  if (unknown === undefined) return
  throw invalidArgument(`allowLossy takes true or a list of ${attributes.join(', ')}`)
}
