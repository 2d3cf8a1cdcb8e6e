import type { Applied, StorageErrorCode } from '../errors/storage-error.ts'
import { isOperationPattern, operationNames } from './operation-kind.ts'
import { badOption, checkOptions, type OptionTable } from './option-table.ts'

/** What goes wrong. */
export type ChaosFault =
  | {
      /** The call fails. */
      readonly kind: 'error'
      /** With which code. Default `unavailable`. */
      readonly code?: StorageErrorCode | undefined
      /**
       * `before`: the driver never hears of the call. `after`: it does its work, and only the answer is lost. Default `before`.
       */
      readonly when?: 'before' | 'after' | undefined
      /** How long the error asks to wait, in milliseconds. Default nothing. */
      readonly retryAfterMs?: number | undefined
      /** What the error says of a write. Default `unknown` after the work, before it what the code implies. */
      readonly applied?: Applied | undefined
    }
  | {
      /** The call waits before it goes on. */
      readonly kind: 'latency'
      /** How long, in milliseconds. */
      readonly ms: number
    }
  | {
      /** A body (`files.read`, `tables.exportCsv`) ends early, without an error, as over a connection that breaks unnoticed. */
      readonly kind: 'truncate'
      /** After how many bytes. */
      readonly bytes: number
    }
  | {
      /** The items of a page of a listing or query are missing; its token stays. */
      readonly kind: 'dropPage'
    }

/** When something goes wrong, and what. With neither `probability` nor `nth` it does at every call. */
export interface ChaosRule {
  /** Which operations: one (`tables.find`), a group (`files.*`), or `*`. */
  readonly operation: string
  /** How likely at each call, from 0 to 1. */
  readonly probability?: number | undefined
  /** Only at this one of the calls the rule is for, from 1. */
  readonly nth?: number | undefined
  /** What goes wrong. */
  readonly fault: ChaosFault
}

const codes: Readonly<Record<StorageErrorCode, true>> = {
  'invalid-argument': true,
  unsupported: true,
  'not-found': true,
  'already-exists': true,
  conflict: true,
  unauthenticated: true,
  'permission-denied': true,
  'rate-limited': true,
  'quota-exceeded': true,
  unavailable: true,
  timeout: true,
  aborted: true,
  'outcome-unknown': true,
  'corrupt-data': true,
  closed: true,
  internal: true,
}

const kind = { type: 'string', isRequired: true, description: 'What goes wrong.' } as const

const faultTables: Readonly<Record<ChaosFault['kind'], OptionTable>> = {
  error: {
    kind,
    code: { type: 'string', values: Object.keys(codes), description: 'The code of the error.' },
    when: { type: 'string', values: ['before', 'after'], description: 'Before or after the work is done.' },
    retryAfterMs: { type: 'number', minimum: 0, description: 'How long the error asks to wait.' },
    applied: { type: 'string', values: ['yes', 'no', 'partly', 'unknown'], description: 'What it says of a write.' },
  },
  latency: { kind, ms: { type: 'number', minimum: 0, isRequired: true, description: 'How long, in milliseconds.' } },
  truncate: {
    kind,
    bytes: { type: 'number', minimum: 0, isInteger: true, isRequired: true, description: 'After how many bytes.' },
  },
  dropPage: { kind },
}

const ruleTable: OptionTable = {
  operation: { type: 'string', isRequired: true, description: 'Which operations.' },
  probability: { type: 'number', minimum: 0, maximum: 1, description: 'How likely at each call.' },
  nth: { type: 'number', minimum: 1, isInteger: true, description: 'Only at this call.' },
  fault: { type: 'object', isRequired: true, description: 'What goes wrong.' },
}

/** Checks rules as they come from a config; fails with `invalid-argument` naming the rule. */
export function checkRules(rules: readonly unknown[]): void {
  rules.forEach((rule, index) => checkRule(rule, `chaos rules[${index}]`))
}

function checkRule(value: unknown, label: string): void {
  checkOptions(label, ruleTable, value)
  const { operation, probability, nth, fault } = value as ChaosRule
  if (!isOperationPattern(operation)) {
    const must = `be one of ${operationNames.join(', ')}, a group such as tables.*, or *; not ${operation}`
    throw badOption(label, 'operation', must)
  }
  if (probability !== undefined && nth !== undefined) throw badOption(label, 'nth', 'stand without `probability`')
  const table = Object.hasOwn(faultTables, fault.kind) ? faultTables[fault.kind] : undefined
  if (table === undefined) throw badOption(label, 'fault', `be of kind ${Object.keys(faultTables).join(', ')}`)
  checkOptions(`${label}.fault`, table, fault)
}
