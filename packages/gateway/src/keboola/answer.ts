/** What a request is answered with. */
export interface Answer {
  /** The HTTP status. */
  readonly status: number
  /** Becomes JSON; undefined for no body. */
  readonly json?: unknown
  /** A body that is no JSON, with its media type. */
  readonly text?: { readonly type: string; readonly body: string | Uint8Array } | undefined
  /** More headers. */
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** Answers with something that was read or changed. */
export function ok(json: unknown): Answer {
  return { status: 200, json }
}

/** Answers with something new. */
export function created(json: unknown): Answer {
  return { status: 201, json }
}

/** Answers with the job that does the work. */
export function accepted(job: unknown): Answer {
  return { status: 202, json: job }
}

/** Answers without a body. */
export const noContent: Answer = { status: 204 }
