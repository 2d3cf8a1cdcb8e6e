import type { CapabilityName, Storage } from '@stowage/core'
import { invalidArgument, StorageError } from '@stowage/core/driver'

/**
 * Refuses options that a gateway doesn't have.
 *
 * @param starter - the function they were given to
 * @throws StorageError `invalid-argument` that names the first one and all there are
 */
export function refuseUnknownOptions(starter: string, options: object, names: Readonly<Record<string, true>>): void {
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(names, name))
  if (unknown === undefined) return
  throw invalidArgument(`${starter} has no option "${unknown}": it takes ${Object.keys(names).join(', ')}`)
}

/**
 * Refuses a storage that lacks what a gateway is made of.
 *
 * @param keeps - what the API keeps in what, for the message: `ZeroDB keeps rows in tables`
 * @throws StorageError `unsupported` that names the first capability that is missing
 */
export function requireCapabilities(storage: Storage, keeps: string, needed: readonly CapabilityName[]): void {
  const missing = needed.find((name) => !storage.supports(name))
  if (missing === undefined) return
  const message = `${keeps}, for which the backend ${storage.backend} lacks ${missing}: serve another one`
  throw new StorageError({ code: 'unsupported', message }, { backend: storage.backend, operation: 'serve' })
}
