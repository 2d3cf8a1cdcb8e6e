import { inspect } from 'node:util'
import type { CapabilityName, EmulationPolicy } from '@stowage/core'
import type { AnyAdapter } from '../adapters/option-schema.ts'
import { secretTexts, showOptions } from './secrets.ts'

/** A layer as a configuration asks for it. */
export interface LayerConfig {
  /** Its name, for example `retry`. */
  readonly name: string
  /** Its options. */
  readonly options: Readonly<Record<string, unknown>>
}

/** What a {@link ResolvedBackend} is made of. */
export interface ResolvedBackendParts {
  /** Its name. */
  readonly name: string
  /** Its adapter's definition. */
  readonly definition: AnyAdapter
  /** The adapter's checked options. */
  readonly options: unknown
  /** The options as they were before the adapter's schema read them: what masking goes by. */
  readonly written: Readonly<Record<string, unknown>>
  /** Which emulations may run. */
  readonly emulation: EmulationPolicy
  /** Layers, outermost first. */
  readonly layers: readonly LayerConfig[]
  /** Capabilities it must have. */
  readonly requires: readonly CapabilityName[]
}

// As a method the name would be a computed one, which declarations made file by file can't have.
function showAs<Shown extends object>(prototype: Shown, show: (shown: Shown) => unknown): void {
  function showThis(this: Shown): unknown {
    return show(this)
  }
  Object.defineProperty(prototype, inspect.custom, { value: showThis })
}

/** A backend whose configuration has been read and checked. Printed, it shows no secret. */
export class ResolvedBackend {
  /** Its name in the configuration. */
  readonly name: string
  /** Its adapter's name. */
  readonly adapter: string
  /** Which emulations may run. */
  readonly emulation: EmulationPolicy
  /** Layers, outermost first. */
  readonly layers: readonly LayerConfig[]
  /** Capabilities the app can't do without. */
  readonly requires: readonly CapabilityName[]
  readonly #parts: ResolvedBackendParts

  static {
    showAs(this.prototype, (backend) => backend.toJSON())
  }

  /** @param parts - what it is made of */
  constructor(parts: ResolvedBackendParts) {
    this.name = parts.name
    this.adapter = parts.definition.name
    this.emulation = parts.emulation
    this.layers = parts.layers
    this.requires = parts.requires
    this.#parts = parts
  }

  /** The adapter's definition. */
  get definition(): AnyAdapter {
    return this.#parts.definition
  }

  /** The adapter's checked options, secrets included. */
  get options(): unknown {
    return this.#parts.options
  }

  /** The secrets among the options, to keep them out of messages. */
  get secrets(): readonly string[] {
    return secretTexts(this.#parts.definition.secretOptions, this.#parts.written)
  }

  /** Gives the same backend with further capabilities it must have. */
  requiring(names: readonly CapabilityName[]): ResolvedBackend {
    return new ResolvedBackend({ ...this.#parts, requires: [...new Set([...this.requires, ...names])] })
  }

  /** Gives the backend as a configuration would write it, secrets masked. */
  toJSON(): Record<string, unknown> {
    const { adapter, emulation, layers, requires } = this
    const shownLayers = layers.map(({ name, options }) => ({ [name]: options }))
    const options = showOptions(this.#parts.written, this.#parts.definition.secretOptions)
    return { adapter, ...options, emulation, layers: shownLayers, requires }
  }
}

/** A configuration that has been found, read and checked. Printed, it shows no secret. */
export class ResolvedConfig {
  /** The file it came from, as messages show it; undefined when it came from an object, variables or the default. */
  readonly file: string | undefined
  /** The backend that opens when none is named; undefined when there are several and none is marked. */
  readonly defaultName: string | undefined
  /** The backends that were asked for, by name. */
  readonly backends: ReadonlyMap<string, ResolvedBackend>
  /** The names of all backends, also of those that weren't asked for: `loadConfig(config, { backends: [] })` gives these alone. */
  readonly names: readonly string[]

  static {
    showAs(this.prototype, (config) => ({ file: config.file, ...config.toJSON() }))
  }

  /**
   * @param file - where it came from
   * @param defaultName - the default backend's name
   * @param backends - the checked backends
   * @param names - the names of all backends there are
   */
  constructor(
    file: string | undefined,
    defaultName: string | undefined,
    backends: ReadonlyMap<string, ResolvedBackend>,
    names: readonly string[],
  ) {
    this.file = file
    this.defaultName = defaultName
    this.backends = backends
    this.names = names
  }

  /** Gives the configuration as one would write it, secrets masked. */
  toJSON(): Record<string, unknown> {
    const backends = [...this.backends].map(([name, backend]) => [name, backend.toJSON()] as const)
    return { default: this.defaultName, backends: Object.fromEntries(backends) }
  }
}
