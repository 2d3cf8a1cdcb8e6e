import { expect, test } from 'vitest'
import { serverFaults, type ServerFaultRule } from './server-faults.ts'

class Knobs {
  readonly rules: ServerFaultRule<string>[] = []
  readonly add = (rule: ServerFaultRule<string>): number => this.rules.push(rule)
  readonly clear = (): void => void this.rules.splice(0)
}

test('each fault becomes the rule that makes it', async () => {
  const faults = new Knobs()
  const hook = serverFaults({ faults })
  await hook.inject({ kind: 'latency', operation: 'files.stat', ms: 20 })
  await hook.inject({ kind: 'drop-read', operation: 'files.read', afterBytes: 3, times: 2 })
  await hook.inject({ kind: 'drop-write', operation: 'files.write', afterBytes: 4 })
  await hook.inject({ kind: 'status-before', operation: 'files.stat', status: 429, retryAfterMs: 1001 })
  await hook.inject({ kind: 'status-after', operation: 'files.stat', status: 503 })
  expect(faults.rules).toEqual([
    { times: 1, delayMs: 20 },
    { times: 2, dropAfterBytes: 3 },
    { times: 1, dropRequestAfterBytes: 4 },
    { times: 1, status: 429, when: 'before', retryAfterSeconds: 2 },
    { times: 1, status: 503, when: 'after' },
  ])
  await hook.clear()
  expect(faults.rules).toEqual([])
})

test('a rule is for the requests the harness says, else for whichever come next', async () => {
  const faults = new Knobs()
  const hook = serverFaults({ faults, match: ({ operation }) => (operation === 'files.read' ? 'GET' : undefined) })
  await hook.inject({ kind: 'drop-read', operation: 'files.read', afterBytes: 1 })
  await hook.inject({ kind: 'drop-read', operation: 'tables.find', afterBytes: 1 })
  expect(faults.rules.map(({ match }) => match)).toEqual(['GET', undefined])
})

test('what the server has no knob for is not offered', async () => {
  const events: string[] = []
  const faults = new Knobs()
  expect(serverFaults({ faults }).kinds).not.toContain('expire-urls')
  expect(serverFaults({ faults }).kinds).not.toContain('job')
  const whole = serverFaults({
    faults,
    expireUrls: () => void events.push('expired'),
    endNextJob: (status) => void events.push(status),
  })
  expect(whole.kinds).toEqual(expect.arrayContaining(['expire-urls', 'job']))
  await whole.inject({ kind: 'expire-urls' })
  await whole.inject({ kind: 'job', status: 'failed' })
  expect([events, faults.rules]).toEqual([['expired', 'failed'], []])
})
