import type { Faults, JobFault, ZerodbQuirk } from '@stowage/gateway'
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
  /** How long requests may finish when it stops, in milliseconds. */
  readonly closeDeadlineMs: number
  /** Where the log goes. */
  readonly logger: Logger
  /** The API's own options, by the name each has in {@link ServedApi.options}. */
  readonly own: Readonly<Record<string, unknown>>
}

/** An API that is being served. */
export interface RunningApi {
  /** All a client needs: what `--json` prints beside the API's name. */
  readonly access: Readonly<Record<string, string>>
  /** The same for people, in one line. */
  readonly summary: string
  /** What goes wrong with requests. */
  readonly faults: Pick<Faults, 'add'>
  /** Has jobs go wrong; undefined without jobs. */
  readonly failJobs?: (fault: JobFault) => void
  /** Makes answers odd; undefined where nothing can. */
  readonly addQuirk?: (quirk: ZerodbQuirk) => unknown
  /** Stops it. */
  close(): Promise<void>
}

/** An option that one API has. */
export interface OwnOption {
  /** Its name, without dashes in front. */
  readonly name: string
  /** What stands for its value in the help. */
  readonly value: string
  /** One line for the help. */
  readonly description: string
  /** Used when it isn't given. */
  readonly preset: string | number
  /** The values there are; undefined for any. */
  readonly choices?: readonly string[]
  /** Reads a value; undefined for text. */
  readonly parse?: (text: string) => unknown
}

/** An API that can be served. The gateway is loaded when it starts. */
export interface ServedApi {
  /** Its name on the command line. */
  readonly name: string
  /** One line for the help. */
  readonly description: string
  /** What is shown below the help: an example. */
  readonly example: string
  /** Its own options. */
  readonly options: readonly OwnOption[]
  /** What faults may name its servers. */
  readonly servers: readonly string[]
  /** What can go wrong beside requests. */
  readonly faulty: readonly ('jobs' | 'oddities' | 'URLs')[]
  /** Starts it. */
  start(request: ServeRequest): Promise<RunningApi>
}
