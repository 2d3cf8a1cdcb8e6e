import type { FaultRule, JobFault, ZerodbQuirk } from '@stowage/gateway'
import { UsageError } from '../usage-error.ts'
import { type FaultField, splitFields } from './fault-fields.ts'
import { type FaultFamily, type Knob, knobs, type KnobValue } from './fault-knobs.ts'

/** What one `--fault` asks for: something about requests, about the jobs of Keboola, or an oddity of ZeroDB. */
export type Fault =
  | { readonly kind: 'request'; readonly rule: FaultRule }
  | { readonly kind: 'job'; readonly rule: JobFault }
  | { readonly kind: 'quirk'; readonly rule: ZerodbQuirk }

/** Finds the known name that a mistyped one was most likely meant to be. */
export type Suggest = (name: string, known: readonly string[]) => string | undefined

type Given = readonly [knob: Knob, value: KnobValue]

/**
 * Reads a fault as it is written on the command line: `status=503,after=commit,nth=3`.
 *
 * @throws UsageError that says what to write instead
 */
export function parseFault(text: string, suggest: Suggest): Fault {
  const fields = splitFields(text)
  for (const { name } of fields) if (!knobs.some((knob) => knob.name === name)) throw unknown(name, suggest)
  const kind = familyOf(fields)
  const given = fields.map((field) => readField(field, kind))
  checkTogether(given)
  return { kind, rule: ruleOf(kind, given) } as Fault
}

/** Writes a fault the way {@link parseFault} reads it. */
export function formatFault({ kind, rule }: Fault): string {
  const { match = {}, ...rest } = rule as FaultRule
  const values = { ...match, ...rest } as Readonly<Record<string, KnobValue | undefined>>
  const fields = knobs.flatMap((knob) => {
    const value = knob.family.includes(kind) ? values[knob.field] : undefined
    return value === undefined || knob.fits?.(value) === false ? [] : [formatField(knob, value)]
  })
  return fields.join(',')
}

function formatField({ name, write }: Knob, value: KnobValue): string {
  const text = write?.(value)
  return text === undefined ? name : `${name}=${quoteWhereNeeded(text)}`
}

function quoteWhereNeeded(text: string): string {
  if (text !== '' && text === text.trim() && !/[",\\]/.test(text)) return text
  return `"${text.replaceAll(/["\\]/g, (sign) => `\\${sign}`)}"`
}

const families: readonly FaultFamily[] = ['job', 'quirk', 'request']

const nouns: Readonly<Record<FaultFamily, string>> = { request: 'requests', job: 'jobs', quirk: 'oddities of ZeroDB' }

/** What goes wrong decides what it is about. */
function familyOf(fields: readonly FaultField[]): FaultFamily {
  const effects = knobs.filter(({ name, isEffect }) => isEffect && fields.some((field) => field.name === name))
  const family = families.find((one) => effects.some((knob) => knob.family.includes(one)))
  if (family !== undefined) return family
  throw new UsageError('--fault: it says nothing of what goes wrong: add that, for example status=503 or delay=2s')
}

function readField({ name, value }: FaultField, kind: FaultFamily): Given {
  const knob = knobs.find((one) => one.name === name && one.family.includes(kind))
  if (knob === undefined) {
    const those = knobs.filter(({ family }) => family.includes(kind)).map((one) => one.name)
    throw new UsageError(`--fault: ${name} says nothing of ${nouns[kind]}: those take ${those.join(', ')}`)
  }
  const isFlag = knob.write === undefined
  if (value === undefined && !isFlag) throw new UsageError(`--fault: ${name} needs a value: ${knob.hint}`)
  const read = value === undefined ? true : knob.read(value)
  if (read === undefined) throw new UsageError(`--fault: ${name}=${value} can't be: ${knob.hint}`)
  return [knob, read]
}

function checkTogether(given: readonly Given[]): void {
  const has = (field: string): boolean => given.some(([knob]) => knob.field === field)
  for (const [at, [{ name, field, needs }]] of given.entries()) {
    if (given.findIndex(([other]) => other.field === field) !== at) {
      throw new UsageError(`--fault: ${name} says again what was said: give it once`)
    }
    if (needs === undefined || needs.some(has)) continue
    const names = knobs.filter((knob) => needs.includes(knob.field)).map((knob) => knob.name)
    throw new UsageError(`--fault: ${name} goes with ${names.join(' or ')}: give that as well`)
  }
}

const matchFields: ReadonlySet<string> = new Set(['server', 'method', 'path'])

function ruleOf(kind: FaultFamily, given: readonly Given[]): object {
  const entries = given.map(([{ field }, value]) => [field, value] as const)
  if (kind !== 'request') return Object.fromEntries(entries)
  const match = Object.fromEntries(entries.filter(([field]) => matchFields.has(field)))
  const rest = Object.fromEntries(entries.filter(([field]) => !matchFields.has(field)))
  return Object.keys(match).length === 0 ? rest : { match, ...rest }
}

function unknown(name: string, suggest: Suggest): UsageError {
  const known = [...new Set(knobs.map((knob) => knob.name))]
  const meant = suggest(name, known)
  const hint = meant === undefined ? `it takes ${known.join(', ')}` : `did you mean "${meant}"?`
  return new UsageError(`--fault: ${JSON.stringify(name)} is unknown: ${hint}`)
}
