import { UsageError } from '../usage-error.ts'
import { type Fault, parseFault, type Suggest } from './fault-text.ts'
import type { RunningApi, ServedApi } from './served-api.ts'

/** A fault, and the APIs it is for. */
export interface AimedFault {
  readonly fault: Fault
  readonly apis: readonly ServedApi[]
}

/**
 * Reads a fault and finds what it is for: all that is served and can go wrong so, or the API whose name stands before a colon.
 *
 * @throws UsageError for a fault that can't be, or that nothing that is served can have
 */
export function aimFault(text: string, served: readonly ServedApi[], suggest: Suggest): AimedFault {
  const [, name, rest = text] = /^([a-z]+):(.*)$/s.exec(text) ?? []
  const named = served.filter((api) => name === undefined || api.name === name)
  if (named.length === 0) {
    const names = served.map((api) => api.name).join(', ')
    throw new UsageError(`--fault: ${name} is not served: begin with ${names} and a colon, or with no name`)
  }
  const fault = parseFault(rest, suggest)
  const apis = named.filter((api) => lackOf(api, fault) === undefined)
  if (apis.length > 0) return { fault, apis }
  throw new UsageError(`--fault: ${named.map((api) => `${api.name} has no ${lackOf(api, fault)}`).join(', ')}`)
}

/** What an API would have to have. */
function lackOf({ faulty, servers }: ServedApi, { kind, rule }: Fault): string | undefined {
  if (kind === 'job') return faulty.includes('jobs') ? undefined : 'jobs'
  if (kind === 'quirk') return faulty.includes('oddities') ? undefined : 'such oddities'
  if (rule.expireUrls === true && !faulty.includes('URLs')) return 'URLs that could expire'
  const server = rule.match?.server
  return server === undefined || servers.includes(server) ? undefined : `server ${server}, but ${servers.join(' and ')}`
}

/** Puts a fault in force. */
export function applyFault({ faults, failJobs, addQuirk }: RunningApi, { kind, rule }: Fault): void {
  if (kind === 'request') faults.add(rule)
  else if (kind === 'job') failJobs?.(rule)
  else addQuirk?.(rule)
}
