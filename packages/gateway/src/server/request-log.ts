import type { IncomingHttpHeaders } from 'node:http'
import { type Logger, redact, silentLogger } from '@stowage/core/driver'

/** A request a gateway got. It is listed when it arrives, and completed as it is answered. */
export interface LoggedRequest {
  /** The name of the server that got it: `data` or `s3` for DCSS. */
  readonly server: string
  /** Its method. */
  readonly method: string
  /** Its path as sent: percent-encoded, without the query. */
  readonly path: string
  /** Its query as sent, without the question mark, secrets masked. */
  readonly query: string
  /** Its headers by lower-case name, secrets masked: that one was sent can be seen. */
  readonly headers: Readonly<Record<string, string>>
  /** When it arrived. */
  readonly startedAt: Date
  /** The status it was answered with; undefined while it has none, and when the connection ended without one. */
  readonly status: number | undefined
  /** Bytes of its body that have arrived. */
  readonly requestBytes: number
  /** Bytes of the answer's body that were sent. */
  readonly responseBytes: number
  /** How long it took until the answer was sent or the connection ended, in milliseconds; undefined until then. */
  readonly durationMs: number | undefined
  /** Whether the connection ended before the answer did. */
  readonly isAborted: boolean
  /** Whether a fault rule hit it. */
  readonly isFaulted: boolean
}

/** What a request says of itself when it arrives. */
export interface RequestFacts {
  /** The server's name. */
  readonly server: string
  /** The method. */
  readonly method: string
  /** The path as sent. */
  readonly path: string
  /** The query as sent. */
  readonly query: string
  /** The headers. */
  readonly headers: IncomingHttpHeaders
  /** When it arrived, in milliseconds since 1970. */
  readonly startedAtMs: number
  /** Whether a fault rule hit it. */
  readonly isFaulted: boolean
}

/** A request while its facts are being filled in. */
export class LogEntry implements LoggedRequest {
  readonly server: string
  readonly method: string
  readonly path: string
  readonly startedAtMs: number
  readonly isFaulted: boolean
  status: number | undefined
  requestBytes = 0
  responseBytes = 0
  durationMs: number | undefined
  isAborted = false
  // Masking costs as much as a small request does, and few entries are looked at.
  readonly #facts: RequestFacts
  #query: string | undefined
  #headers: Readonly<Record<string, string>> | undefined

  constructor(facts: RequestFacts) {
    this.server = facts.server
    this.method = facts.method
    this.path = facts.path
    this.startedAtMs = facts.startedAtMs
    this.isFaulted = facts.isFaulted
    this.#facts = facts
  }

  get startedAt(): Date {
    return new Date(this.startedAtMs)
  }

  get query(): string {
    const { query } = this.#facts
    // What a name says is known only behind a question mark.
    this.#query ??= query === '' ? '' : redact(`?${query}`).slice(1)
    return this.#query
  }

  get headers(): Readonly<Record<string, string>> {
    this.#headers ??= redact(joinValues(this.#facts.headers))
    return this.#headers
  }

  /** Gives what is computed as well, which copies and JSON would leave out. */
  toJSON(): LoggedRequest {
    const { startedAt, query, headers } = this
    return { ...(this as LoggedRequest), startedAt, query, headers }
  }
}

function joinValues(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  )
}

const mostEntries = 10_000

/** The requests of a gateway, oldest first: the last ten thousand or so. */
export class RequestLog {
  /** The requests. The array is the reader's to empty; nothing is read from it here. */
  readonly entries: LoggedRequest[] = []
  readonly #logger: Logger | undefined

  constructor(logger: Logger) {
    this.#logger = logger === silentLogger ? undefined : logger
  }

  /** Notes that a request has arrived. */
  begin(facts: RequestFacts): LogEntry {
    const entry = new LogEntry(facts)
    // Dropping many at once keeps the cost of each low.
    if (this.entries.length >= mostEntries) this.entries.splice(0, mostEntries / 10)
    this.entries.push(entry)
    return entry
  }

  /** Notes that a request is over, and logs it. */
  end(entry: LogEntry, nowMs: number, isAborted: boolean): void {
    entry.durationMs = nowMs - entry.startedAtMs
    entry.isAborted = isAborted
    if (this.#logger !== undefined) writeLine(this.#logger, entry)
  }
}

function writeLine(logger: Logger, entry: LogEntry): void {
  const { isAborted } = entry
  const { server, method, path, query, status, requestBytes, responseBytes, durationMs, isFaulted } = entry
  const target = query === '' ? path : `${path}?${query}`
  logger.info(`${method} ${target} ${status ?? '-'}`, {
    server,
    requestBytes,
    responseBytes,
    durationMs,
    ...(isAborted ? { isAborted } : {}),
    ...(isFaulted ? { isFaulted } : {}),
  })
}
