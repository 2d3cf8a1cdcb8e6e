import type { IncomingMessage, ServerResponse } from 'node:http'

/** Answers what isn't part of the API itself: uploads and downloads of file bytes, as cloud clients send them. */
export interface RawHandler {
  /** Tells whether a path, as it was sent, is one of its own. */
  handles(path: string): boolean
  /** Answers. What it throws before it has answered becomes status 500. */
  handle(message: IncomingMessage, response: ServerResponse): Promise<void>
  /** Ends what runs. */
  close(): Promise<void>
}
