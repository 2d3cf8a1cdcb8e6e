import type { BackendRegistry } from '../driver/adapter-definition.ts'
import type { StorageDriver } from '../driver/storage-driver.ts'
import type { Bucket } from './bucket.ts'
import type { Storage } from './storage.ts'

/** The halves of the contract a backend may have. */
export type Feature = 'tables' | 'files'

/** A bucket with only what a backend's features give it. */
export type BucketFor<Features extends Feature> = [Feature] extends [Features]
  ? Bucket
  : Omit<
      Bucket,
      | ('tables' extends Features ? never : 'table' | 'tables')
      | ('files' extends Features ? never : 'file' | 'files' | 'deleteFiles')
    >

/** A storage with only what a backend's features give it: one without tables has no `table`. */
export type StorageFor<Features extends Feature, Native = unknown> = [Feature] extends [Features]
  ? Storage<Native>
  : Omit<Storage<Native>, 'bucket'> & {
      /** Gives a handle on a bucket; sends nothing and does not create it. */
      bucket(name: string): BucketFor<Features>
    }

/** The features a driver's type shows; a driver known only as {@link StorageDriver} may have all. */
export type FeaturesOf<Driver extends StorageDriver> = StorageDriver extends Driver
  ? Feature
  :
      | (Driver extends Required<Pick<StorageDriver, 'tables'>> ? 'tables' : never)
      | (Driver extends Required<Pick<StorageDriver, 'files'>> ? 'files' : never)

/** The storage a driver makes. */
export type StorageOf<Driver extends StorageDriver> = StorageFor<FeaturesOf<Driver>, Driver['native']>

/** The type of an adapter's wire client, by its name in {@link BackendRegistry}; unknown where it doesn't tell. */
export type NativeOfBackend<Name extends keyof BackendRegistry> = 'native' extends keyof BackendRegistry[Name]
  ? BackendRegistry[Name]['native']
  : unknown

/** The storage an adapter known at compile time makes, by its name in {@link BackendRegistry}. */
export type StorageOfBackend<Name extends keyof BackendRegistry> = BackendRegistry[Name] extends {
  /** The halves it has. */
  features: infer Features extends Feature
}
  ? StorageFor<Features, NativeOfBackend<Name>>
  : StorageFor<Feature>
