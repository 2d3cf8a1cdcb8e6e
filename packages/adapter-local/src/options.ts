import { z } from 'zod'
import { type LikeService, profiles } from './like/profiles.ts'

/** Options of the embedded backend. */
export interface LocalOptions {
  /** The directory that holds the data; it is created when it isn't there. Default `./.stowage`. */
  readonly path?: string | undefined
  /** Keeps everything in memory instead, until the storage is closed. Default false; not together with `path`. */
  readonly memory?: boolean | undefined
  /**
   * What an acknowledged write survives: `normal` every crash of the process, though a power failure may take the last
   * moments' writes (whole ones, never parts); `full` power failures too, at the price of waiting for the disk. Default
   * `normal`.
   */
  readonly durability?: 'normal' | 'full' | undefined
  /**
   * Runs the database in a worker thread, so that long queries don't stop the event loop: for servers. Each call costs about
   * 0.02 ms more, and the first one 80 ms. Default false.
   */
  readonly worker?: boolean | undefined
  /**
   * Keeps the limits, rules for names and gaps of a service, so that what works here works there; `docs/backends/local.md` says
   * which of each. Default: none, everything this backend can do.
   */
  readonly like?: LikeService | undefined
}

const checked = z.strictObject({
  path: z
    .string()
    .min(1)
    // The format makes a relative path in a configuration file go from that file.
    .meta({ format: 'path' })
    .optional()
    .describe('The directory that holds the data; created when missing. Default ./.stowage'),
  memory: z.boolean().optional().describe('Keeps everything in memory until closing. Default false'),
  durability: z
    .enum(['normal', 'full'])
    .optional()
    .describe('What a write survives: "normal" crashes of the process, "full" power failures as well. Default normal'),
  worker: z.boolean().optional().describe('Runs the database in a worker thread. Default false'),
  like: z
    .enum(Object.keys(profiles) as LikeService[])
    .optional()
    .describe('The service whose limits, rules for names and gaps are kept. Default none'),
})

/** Checks options of the embedded backend. */
export const localOptionsSchema: z.ZodType<LocalOptions, LocalOptions> = checked.refine(
  ({ path, memory }) => path === undefined || memory !== true,
  { message: 'path and memory exclude each other: give one of them', path: ['memory'] },
)

/** Where the data is when no option says so. */
export const defaultPath = './.stowage'
