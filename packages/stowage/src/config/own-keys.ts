import { capabilityNames, type CapabilityName, type EmulationPolicy } from '@stowage/core'
import { z } from 'zod'

/** The keys every backend may have, whatever its adapter; all others are options of the adapter. */
export interface OwnKeys {
  /** The adapter's name, package or file. */
  readonly adapter: string
  /** Which emulations may run. */
  readonly emulation?: EmulationPolicy | undefined
  /** Layers, outermost first. */
  readonly layers?: readonly unknown[] | undefined
  /** Capabilities the app can't do without. */
  readonly requires?: readonly CapabilityName[] | undefined
}

/** Checks the keys every backend may have. */
export const ownKeysSchema: z.ZodType<OwnKeys> = z.object({
  adapter: z.string().min(1).meta({
    description:
      'The adapter: local, keboola, zerodb, abeja, dcss, the name of a package, or a file (./my-adapter.ts).',
  }),
  emulation: z.enum(['never', 'cheap', 'always']).optional().meta({
    description:
      'Which operations the backend lacks may be composed of others: none, those that stay within a few requests, or all. Default cheap.',
  }),
  layers: z.array(z.unknown()).optional().meta({
    description:
      'What wraps the backend, outermost first: the name of a layer, or an object with its name and options.',
  }),
  requires: z
    .array(z.enum(capabilityNames).meta({ description: 'The name of a capability.' }))
    .optional()
    .meta({ description: 'Capabilities the app can not do without: opening a backend that lacks one fails.' }),
})

/** The names of these keys. */
export const ownKeyNames: readonly (keyof OwnKeys)[] = ['adapter', 'emulation', 'layers', 'requires']
