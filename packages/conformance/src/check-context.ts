import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Bucket,
  type Capabilities,
  type CapabilityName,
  createStorage,
  type RowInput,
  type Storage,
  StorageError,
  type StorageOptions,
  type Table,
  type TableDefinition,
} from '@stowage/core'
import type { Layer, StorageDriver } from '@stowage/core/driver'
import { CallLog } from './call-log.ts'
import { holds, isSemanticsNeed, type Need } from './check.ts'
import type { Fault, FaultHook } from './faults.ts'
import { FileArea } from './file-area.ts'
import type { ConformanceSetup } from './setup.ts'

/** What a context is made of. */
export interface CheckContextParts {
  /** The driver under test. */
  readonly driver: StorageDriver
  /** Makes another one. */
  readonly openDriver: () => Promise<StorageDriver>
  /** The setup, for names and buckets. */
  readonly setup: Pick<ConformanceSetup, 'bucketName' | 'fixedBucket' | 'fileBucket' | 'listedFiles' | 'secret'>
  /** The fault hook, where there is one. */
  readonly faults: FaultHook | undefined
  /** Counts the requests the service has seen; undefined where the harness can't. */
  readonly requests: (() => number) | undefined
  /** A label that no other check has, for example `check-0012`. */
  readonly label: string
}

/** What a check works with: a storage over the driver under test, places of its own, and faults. */
export class CheckContext {
  readonly #parts: CheckContextParts
  readonly #cleanups: (() => unknown)[] = []
  readonly #stop = new AbortController()
  #buckets = 0
  #areas = 0
  #names = 0
  #isFilledByLoad = false
  /** What reached the driver. */
  readonly log: CallLog
  /** A storage over the driver, with all emulations allowed. */
  readonly storage: Storage

  /** @param parts - what it is made of */
  constructor(parts: CheckContextParts) {
    this.#parts = parts
    this.log = new CallLog(parts.driver)
    this.storage = this.openStorage()
  }

  /** The driver under test, watched. */
  get driver(): StorageDriver {
    return this.log.driver
  }

  /** The driver's capability record. */
  get capabilities(): Capabilities {
    return this.#parts.driver.capabilities
  }

  /** A text that must never show; undefined where the setup names none. */
  get secret(): string | undefined {
    return this.#parts.setup.secret
  }

  /** How many files a long listing has. */
  get listedFiles(): number {
    return this.#parts.setup.listedFiles ?? 10_001
  }

  /** How many requests the service has seen so far; undefined where the harness can't tell. */
  get requestCount(): number | undefined {
    return this.#parts.requests?.()
  }

  /** Aborted when the check's time is up. */
  get signal(): AbortSignal {
    return this.#stop.signal
  }

  /** Tells whether the backend has all these. */
  has(...needs: readonly Need[]): boolean {
    const { operations, semantics } = this.capabilities
    return needs.every((need) => (isSemanticsNeed(need) ? holds(semantics, need) : operations[need] !== undefined))
  }

  /** Refuses what the backend lacks, as the portable classes do: for checks that go on with the driver itself. */
  require(...capabilities: readonly CapabilityName[]): void {
    for (const capability of capabilities) {
      if (this.has(capability)) continue
      const facts = { code: 'unsupported', message: `${capability} is not available`, details: { capability } } as const
      throw new StorageError(facts, { backend: this.#parts.driver.backend })
    }
  }

  /** Opens a storage over the driver under test, through layers. The first layer is the outermost. */
  openStorage(layers: readonly Layer[] = [], options: StorageOptions = {}): Storage {
    const driver = layers.reduceRight((inner, layer) => layer(inner), this.log.driver)
    return createStorage<StorageDriver>(driver, { emulation: 'always', ...options })
  }

  /** Opens another driver of the backend; it is closed when the check ends. It need not see this one's data. */
  async openDriver(): Promise<StorageDriver> {
    const driver = await this.#parts.openDriver()
    this.defer(() => driver.close())
    return driver
  }

  /** Gives an empty bucket of the check's own, or the shared one where buckets are fixed. */
  async bucket(storage: Storage = this.storage): Promise<Bucket> {
    const { fixedBucket } = this.#parts.setup
    if (!this.has('semantics.dynamicBuckets')) return storage.bucket(fixedBucket ?? 'default')
    const bucket = storage.bucket(this.newBucketName())
    await bucket.create()
    if (this.has('buckets.delete')) this.defer(() => this.storage.bucket(bucket.name).delete({ force: true }))
    return bucket
  }

  /** Gives a bucket nothing is known of, to ask for what isn't there: one that doesn't exist, or the shared one where buckets are fixed. */
  looseBucket(): Bucket {
    const isDynamic = this.has('semantics.dynamicBuckets')
    return this.storage.bucket(isDynamic ? this.newBucketName() : (this.#parts.setup.fixedBucket ?? 'default'))
  }

  /** Gives a bucket name that isn't taken. */
  newBucketName(): string {
    this.#buckets += 1
    const label = this.#buckets === 1 ? this.#parts.label : `${this.#parts.label}-${this.#buckets}`
    return this.#parts.setup.bucketName?.(label) ?? label
  }

  /** Gives a name for a table that isn't taken. */
  newTableName(): string {
    this.#names += 1
    return `${this.#parts.label.replaceAll('-', '_')}_${this.#names}`
  }

  /** Creates a table in a bucket of its own and fills it. */
  async table(definition: TableDefinition, rows: readonly RowInput[] = []): Promise<Table> {
    const bucket = await this.bucket()
    const table = bucket.table(this.newTableName())
    await table.create(definition)
    if (!this.has('semantics.dynamicBuckets')) this.defer(() => table.drop())
    if (rows.length === 0) return table
    const isLoaded = this.has('tables.load', 'tables.get')
    await (isLoaded ? table.load(rows) : table.insert(rows))
    this.#isFilledByLoad ||= isLoaded && !this.has('tables.insert')
    return table
  }

  /** Whether the check got its rows by a load because the backend can't insert: as good for a check that only needs rows. */
  get isFilledByLoad(): boolean {
    return this.#isFilledByLoad
  }

  /** Gives a place for files: a bucket of the check's own, or a prefix in one that checks share. */
  async files(): Promise<FileArea> {
    const { fileBucket } = this.#parts.setup
    const bucket = fileBucket === undefined ? await this.bucket() : this.storage.bucket(fileBucket)
    if (fileBucket === undefined && this.has('semantics.dynamicBuckets')) return new FileArea(bucket, '')
    this.#areas += 1
    const area = new FileArea(bucket, `${this.#parts.label}${this.#areas === 1 ? '' : `-${this.#areas}`}/`)
    this.defer(async () => bucket.deleteFiles((await area.list()).map((key) => area.prefix + key)))
    return area
  }

  /** Makes a directory that is removed when the check ends. */
  async temporaryDirectory(): Promise<string> {
    const directory = await mkdtemp(join(tmpdir(), 'stowage-conformance-'))
    this.defer(() => rm(directory, { recursive: true, force: true }))
    return directory
  }

  /** Makes a fault happen to the next calls. The check must name its kind in `faults`. */
  async inject(fault: Fault): Promise<void> {
    if (this.#parts.faults === undefined)
      throw new Error(`a check that injects "${fault.kind}" must say so in \`faults\``)
    await this.#parts.faults.inject(fault)
  }

  /** Notes what is to be done when the check ends, last first. */
  defer(cleanup: () => unknown): void {
    this.#cleanups.push(cleanup)
  }

  /** Ends the check: forgets faults, cleans up as far as the backend lets it, and lets no further call through. */
  async end(): Promise<void> {
    await this.#parts.faults?.clear()
    for (const cleanup of this.#cleanups.toReversed()) {
      try {
        await cleanup()
      } catch {
        // What can't be cleaned up stays: no other check looks there.
      }
    }
    this.#stop.abort()
    this.log.revoke()
  }
}
