import type { Command } from 'commander'
import type { Logger } from '@stowage/core/driver'
import type { Storage } from 'stowage'

/** What the command line says of serving, whatever the API. */
export interface ServeRequest {
  /** What is served. */
  readonly storage: Storage
  /** The address to listen on. */
  readonly host: string
  /** The port; 0 for one that is free. */
  readonly port: number
  /** The token clients use; undefined for the API's own default. */
  readonly token: string | undefined
  /** Certificate and key in PEM; undefined for plain HTTP. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined
  /** Whether others may reach it without a token and TLS. */
  readonly allowRemote: boolean
  /** Where the log goes. */
  readonly logger: Logger
  /** The API's own options, as commander names them. */
  readonly own: Readonly<Record<string, unknown>>
}

/** An API that is being served. */
export interface RunningApi {
  /** All a client needs: what `--json` prints beside the API's name. */
  readonly access: Readonly<Record<string, string>>
  /** The same for people, in one line. */
  readonly summary: string
  /** Stops it. */
  close(): Promise<void>
}

/** An API that can be served. The gateway is loaded when it starts. */
export interface ServedApi {
  /** Its name on the command line. */
  readonly name: string
  /** One line for the help. */
  readonly description: string
  /** What is shown below the help: an example. */
  readonly example: string
  /** Adds its own options. */
  addOptions(command: Command): void
  /** Starts it. */
  start(request: ServeRequest): Promise<RunningApi>
}
