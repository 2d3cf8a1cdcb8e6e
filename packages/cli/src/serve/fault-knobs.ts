import type { JobFault, ZerodbOperation } from '@stowage/gateway'
import { formatDuration, readDuration } from './duration.ts'

/** What a fault can be about. */
export type FaultFamily = 'request' | 'job' | 'quirk'

/** What a knob is turned to. */
export type KnobValue = string | number | boolean | RegExp

/** One name that a `--fault` can have. */
export interface Knob {
  /** What is written before the equals sign. */
  readonly name: string
  /** The field of the rule. */
  readonly field: string
  /** What it can be about. */
  readonly family: readonly FaultFamily[]
  /** Whether something goes wrong by it; the others say when, or how. */
  readonly isEffect: boolean
  /** Fields of which one must be given as well. */
  readonly needs?: readonly string[]
  /** One line for the help. */
  readonly description: string
  /** What to write, for a value that can't be. */
  readonly hint: string
  /** Reads a value; undefined for one that can't be. */
  readonly read: (text: string) => KnobValue | undefined
  /** Writes a value; undefined for a knob that is written without one. */
  readonly write?: (value: KnobValue) => string
  /** Tells whether a value is this knob's, where two share a field. */
  readonly fits?: (value: KnobValue) => boolean
}

type Kind = Pick<Knob, 'hint' | 'read' | 'write' | 'fits'>

function count(least: number, unit = '', most: number = Number.MAX_SAFE_INTEGER): Kind {
  const upTo = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`
  return {
    hint: `write a whole number ${upTo}${unit}`,
    read: (text) => (/^\d{1,16}$/.test(text) && isBetween(Number(text), least, most) ? Number(text) : undefined),
    write: String,
  }
}

function isBetween(value: number, least: number, most: number): boolean {
  return Number.isSafeInteger(value) && value >= least && value <= most
}

function word(...words: readonly string[]): Kind {
  return {
    hint: `write ${words.join(' or ')}`,
    read: (text) => (words.includes(text) ? text : undefined),
    write: String,
  }
}

const flag: Kind = {
  hint: 'write it without a value',
  read: (text) => (text === 'true' ? true : undefined),
}

const anyText: Kind = {
  hint: 'write a text, in double quotes where it has a comma',
  read: (text) => text,
  write: String,
}

const methodName: Kind = {
  hint: 'write a method in capitals, for example GET',
  read: (text) => (/^[A-Z]+$/.test(text) ? text : undefined),
  write: String,
}

const pathPattern: Kind = {
  hint: 'write how the path begins, for example /v2/storage, or ~ and a regular expression',
  read: (text) => (text.startsWith('~') ? pattern(text.slice(1)) : text.startsWith('/') ? text : undefined),
  write: (value) => (value instanceof RegExp ? `~${value.source}` : String(value)),
}

function pattern(source: string): RegExp | undefined {
  try {
    return source === '' ? undefined : new RegExp(source)
  } catch {
    return undefined
  }
}

const duration: Kind = {
  hint: 'write a time, for example 250ms or 2s',
  read: readDuration,
  write: (value) => formatDuration(Number(value)),
}

const chance: Kind = {
  hint: 'write a number above 0 and at most 1, for example 0.1',
  read: (text) =>
    /^(?:0?\.\d+(?:e-\d+)?|\d(?:\.\d+)?e-\d+|1)$/.test(text) && Number(text) > 0 ? Number(text) : undefined,
  write: String,
}

/** `after=commit` and `before=commit` say one thing: when a request fails. */
function commit(when: 'after' | 'before'): Kind {
  return {
    hint: `write ${when}=commit`,
    read: (text) => (text === 'commit' ? when : undefined),
    write: () => 'commit',
    fits: (value) => value === when,
  }
}

// Said again here, where nothing of the gateways is loaded for a help text; their types see to it that none is missing.
const jobKinds = Object.keys({
  slow: true,
  stuck: true,
  error: true,
  cancelled: true,
  terminated: true,
  vanished: true,
  'failed-at-submit': true,
  'error-after-commit': true,
} satisfies Record<JobFault['kind'], true>)

const zerodbOperations = Object.keys({
  createTable: true,
  listTables: true,
  getTable: true,
  deleteTable: true,
  insertRows: true,
  queryRows: true,
  updateRows: true,
  deleteRows: true,
} satisfies Record<ZerodbOperation, true>)

type Rest = Partial<Pick<Knob, 'isEffect' | 'needs'>>

function knob(
  family: Knob['family'],
  name: string,
  field: string,
  kind: Kind,
  description: string,
  { isEffect = true, ...rest }: Rest = {},
): Knob {
  return { name, field, family, description, isEffect, ...kind, ...rest }
}

const request = ['request'] as const
const job = ['job'] as const
const quirk = ['quirk'] as const
const when: Rest = { isEffect: false }
const ofStatus: Rest = { isEffect: false, needs: ['status'] }
const ofAnswer: Rest = { isEffect: false, needs: ['status', 'resetSocket'] }

/** All knobs, in the order they are shown and written. */
export const knobs: readonly Knob[] = [
  knob(request, 'method', 'method', methodName, 'only requests of this method', when),
  knob(request, 'path', 'path', pathPattern, 'only paths that begin so, or fit the pattern behind ~', when),
  knob(request, 'server', 'server', word('data', 's3', 'api'), 'only this server: dcss has data and s3', when),
  knob(job, 'operation', 'operationName', anyText, 'only such jobs or calls, as tableImport or insertRows', when),
  knob(quirk, 'operation', 'operation', word(...zerodbOperations), '', when),
  knob(['request', 'quirk'], 'nth', 'nth', count(1), 'begins with this one of those that match', when),
  knob(['request', 'job', 'quirk'], 'times', 'times', count(1), 'how many it hits (1 with nth or job, else all)', when),
  knob(request, 'probability', 'probability', chance, 'how likely it hits each of them', when),
  knob(request, 'delay', 'delayMs', duration, 'waits before the request is worked on'),
  knob(request, 'status', 'status', count(200, '', 599), 'answers with this status instead'),
  knob(request, 'before', 'when', commit('before'), 'before=commit: the work is never done (default)', ofAnswer),
  knob(request, 'after', 'when', commit('after'), 'after=commit: it is done, and its answer lost', ofAnswer),
  knob(
    request,
    'retry-after',
    'retryAfterSeconds',
    count(0, ' (seconds)'),
    'sends Retry-After with the status',
    ofStatus,
  ),
  knob(request, 'body', 'body', anyText, 'the body that goes with the status', ofStatus),
  knob(request, 'type', 'contentType', anyText, 'the media type of that body', ofStatus),
  knob(request, 'reset', 'resetSocket', flag, 'resets the connection instead of answering'),
  knob(request, 'drop-after', 'dropAfterBytes', count(0, ' (bytes)'), "closes it inside the answer's body"),
  knob(request, 'drop-request-after', 'dropRequestAfterBytes', count(0, ' (bytes)'), "closes it inside the request's"),
  knob(request, 'truncate', 'truncate', count(0, ' (bytes)'), "ends the answer's body as if that were all"),
  knob(request, 'wrong-length', 'wrongLength', count(1, ' (bytes)'), 'announces so much more than comes'),
  knob(request, 'throttle', 'throttleBytesPerSecond', count(1, ' (bytes)'), 'bytes in a second, both ways'),
  knob(request, 'expire-urls', 'expireUrls', flag, 'lets every URL handed out so far expire'),
  knob(job, 'job', 'kind', word(...jobKinds), `keboola: ${jobKinds.join(', ')}`),
  knob(job, 'wait', 'delayMs', duration, 'how long job=slow waits', when),
  knob(job, 'code', 'code', anyText, 'the code of the error it ends with', when),
  knob(job, 'message', 'message', anyText, 'the message of that error', when),
  knob(quirk, 'clamps-limit', 'clampsLimit', flag, 'zerodb: takes a limit above 1,000 for 1,000'),
  knob(quirk, 'reverses-row-ids', 'reversesRowIds', flag, 'zerodb: gives the ids of inserted rows in reverse'),
  knob(quirk, 'inserted-count-less', 'insertedCountLess', count(1), 'zerodb: counts so many rows too few'),
  knob(quirk, 'drops-body', 'dropsBody', flag, 'zerodb: loses the body of the request'),
]
