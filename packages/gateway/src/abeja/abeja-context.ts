import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { File, FileInfo, Storage } from '@stowage/core'
import type { Clock } from '@stowage/core/driver'
import { KeyLocks } from '../server/key-locks.ts'
import { ListingCursors } from '../s3/listing-cursors.ts'
import { AbejaError } from './abeja-error.ts'
import { ChannelFiles } from './channel-files.ts'
import type { Container } from './container.ts'
import type { Containers } from './containers.ts'
import type { Caller } from './credentials.ts'
import type { AbejaOrganization, AbejaSettings } from './options.ts'
import type { SignedUrls } from './signed-urls.ts'
import { isExpired, readFacts } from './stored-file.ts'
import type { UploadUrls } from './upload-urls.ts'

/** Answers one operation of the API with the object that becomes its JSON. */
export type Operation = (context: AbejaContext, exchange: Exchange) => Promise<object>

/** One request while it is answered. */
export interface Exchange {
  /** The names in its path, decoded. */
  readonly names: Readonly<Record<string, string>>
  /** Its query. */
  readonly query: URLSearchParams
  /** The request itself, its body unread. */
  readonly message: IncomingMessage
  /** Who sent it. */
  readonly caller: Caller
  /** Scheme, host and port by which the client reaches the gateway. */
  readonly address: URL
  /** Aborted when the gateway closes, and when the request is over. */
  readonly signal: AbortSignal
}

/** What all operations share. */
export class AbejaContext {
  readonly settings: AbejaSettings
  readonly containers: Containers
  readonly signedUrls: SignedUrls
  readonly uploadUrls: UploadUrls
  /** Keeps changes of one file apart. */
  readonly locks = new KeyLocks()
  /** Where listings of buckets go on. */
  readonly listings = new ListingCursors(randomBytes(20).toString('hex'))
  /** Keeps uploads apart that may not be there twice. */
  readonly conflictLocks = new KeyLocks()
  readonly #channels = new Map<string, ChannelFiles>()
  // It goes on after a restart, whatever the clock says.
  #sequence = Date.now() * 1000

  constructor(parts: Pick<AbejaContext, 'settings' | 'containers' | 'signedUrls' | 'uploadUrls'>) {
    this.settings = parts.settings
    this.containers = parts.containers
    this.signedUrls = parts.signedUrls
    this.uploadUrls = parts.uploadUrls
  }

  get storage(): Storage {
    return this.settings.storage
  }

  get clock(): Clock {
    return this.settings.clock
  }

  get usesExpiry(): boolean {
    return this.settings.usesExpiry
  }

  /** Gives the number of an upload: greater than all before. */
  nextSequence(): number {
    return (this.#sequence += 1)
  }

  /** Finds an organization by id or name. */
  organization({ names }: Exchange): AbejaOrganization {
    const wanted = names['organization'] ?? ''
    const found = this.settings.organizations.find(({ id, name }) => id === wanted || name === wanted)
    if (found === undefined) throw new AbejaError(404, `there is no organization ${wanted}`)
    return found
  }

  /** Gives the files of a channel. */
  filesOf({ id, bucket }: Container): ChannelFiles {
    const files = this.#channels.get(id) ?? new ChannelFiles(this.storage.bucket(bucket))
    this.#channels.set(id, files)
    return files
  }

  /** Gives a handle on a file. */
  file({ bucket }: Container, key: string): File {
    return this.storage.bucket(bucket).file(key)
  }

  /** Looks at a file; fails with 404 when it isn't there any more. */
  async stat(container: Container, key: string, signal: AbortSignal): Promise<FileInfo> {
    const info = await this.file(container, key).stat({ signal })
    if (isExpired(readFacts(info), this.clock.now())) throw new AbejaError(404, `there is no file ${key}`)
    return info
  }
}

/** Refuses a container that takes no files. */
export function requireWritable({ kind, id, isArchived }: Container): void {
  if (isArchived) throw new AbejaError(400, `${kind} ${id} is archived: unarchive it first`)
}
