import { type Answer, created, ok } from '../answer.ts'
import type { Exchange, KeboolaContext } from '../keboola-context.ts'
import { badRequest, KeboolaError } from '../keboola-error.ts'
import type { FieldValue } from '../php-fields.ts'
import { formatTime } from '../time-expression.ts'

interface EventRecord {
  readonly id: number
  readonly createdMs: number
  readonly runId: string | null
  readonly token: { readonly id: number; readonly name: string }
  readonly facts: Readonly<Record<string, FieldValue>>
}

const mostBytes = 250_000
const mostEvents = 1000
const types = ['info', 'success', 'warn', 'error']

/** `POST events`: remembers what a component has to say; the last thousand are kept. */
export async function createEvent(context: KeboolaContext, { fields, caller, runId }: Exchange): Promise<Answer> {
  const events = context.records<EventRecord>('event')
  const message = fields.requiredText('message')
  const type = fields.text('type') ?? 'info'
  if (!types.includes(type)) throw badRequest(`The type of an event must be one of ${types.join(', ')}`)
  const names = ['component', 'description', 'configurationId', 'params', 'results', 'performance', 'duration']
  const given = names.map((name) => [name, fields.value(name) ?? null] as const)
  const facts = { message, type, ...Object.fromEntries(given) }
  if (JSON.stringify(facts).length >= mostBytes) {
    throw new KeboolaError(413, 'requestTooLarge', 'An event can have 250 kB at most')
  }
  const event: EventRecord = {
    id: await context.ids.next(),
    createdMs: context.clock.now(),
    runId: runId ?? fields.text('runId') ?? null,
    token: { id: caller.id, name: caller.description },
    facts,
  }
  await events.put(String(event.id), event)
  if (events.size > mostEvents) await events.delete(String(events.values()[0]?.id))
  return created(describe(event))
}

/** `GET events`: newest first. */
export async function listEvents(context: KeboolaContext, { fields }: Exchange): Promise<Answer> {
  const sinceId = fields.count('sinceId') ?? 0
  const maxId = fields.count('maxId') ?? Number.POSITIVE_INFINITY
  const runId = fields.text('runId')
  const found = context
    .records<EventRecord>('event')
    .values()
    .filter((one) => one.id > sinceId && one.id < maxId && (runId === undefined || one.runId === runId))
  const offset = fields.count('offset') ?? 0
  const limit = fields.count('limit') ?? 100
  return ok(
    found
      .toReversed()
      .slice(offset, offset + limit)
      .map(describe),
  )
}

/** `GET events/{id}` */
export async function getEvent(context: KeboolaContext, { names }: Exchange): Promise<Answer> {
  const event = context.records<EventRecord>('event').get(names['event'] ?? '')
  if (event === undefined) throw new KeboolaError(404, 'notFound', `Event ${names['event'] ?? ''} was not found`)
  return ok(describe(event))
}

function describe({ id, createdMs, runId, token, facts }: EventRecord): object {
  return { id, created: formatTime(createdMs), runId, token, ...facts }
}
