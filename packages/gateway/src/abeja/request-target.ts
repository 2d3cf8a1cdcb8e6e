import { decodePercent } from '../s3/percent-encoding.ts'
import { AbejaError } from './abeja-error.ts'

/** What a request asks for. */
export interface RequestTarget {
  /** The path as it was sent, with one slash at its beginning. */
  readonly path: string
  /** Its query. */
  readonly query: URLSearchParams
}

/** Reads the target of a request. Clients that have a slash at the end of their base URL send two. */
export function readTarget(url: string): RequestTarget {
  const mark = url.indexOf('?')
  const path = mark === -1 ? url : url.slice(0, mark)
  return { path: path.replace(/^\/*/, '/'), query: new URLSearchParams(mark === -1 ? '' : url.slice(mark + 1)) }
}

/**
 * Cuts a path into its segments, each decoded once. Empty ones don't count, wherever they are. Nothing is normalised: a segment of
 * dots is a name as any other.
 */
export function segmentsOf({ path }: RequestTarget): string[] {
  try {
    return path
      .split('/')
      .filter((segment) => segment !== '')
      .map(decodePercent)
  } catch (error) {
    throw new AbejaError(400, 'the path is not percent-encoded UTF-8', {}, error)
  }
}
