import type { CapabilityName } from '../../contract/capabilities.ts'
import { StorageError } from '../../errors/storage-error.ts'
import type { CheckedFilesOptions } from './copy-files-options.ts'
import { copiesItself } from './copy-run.ts'
import { placeOf, refuseOverlap, type Side } from './file-set.ts'

/** Gives why a copy can't be done at all: what a side can't do, or a target inside the source. */
export function problemsOfSides(source: Side, target: Side, options: CheckedFilesOptions): StorageError[] {
  const overlap = refuseOverlap(source, target)
  const missing = [
    ...missingAt(source, neededOfSource(source, target, options)),
    ...missingAt(target, neededOfTarget(source, target, options)),
  ]
  return overlap === undefined ? missing : [overlap, ...missing]
}

/** Tells whether the copy has to know what is at the target. */
export function needsTargetListing(target: Side, { mode }: CheckedFilesOptions, isResumed: boolean): boolean {
  return isResumed || mode === 'skip-existing' || (mode === 'append' && !hasCreateOnly(target))
}

function hasCreateOnly({ session }: Side): boolean {
  return session.driver.capabilities.operations['files.createOnly']?.kind === 'native'
}

function neededOfSource(source: Side, target: Side, options: CheckedFilesOptions): CapabilityName[] {
  return [listingOf(source), copiesItself({ source, target, options }) ? 'files.copy' : 'files.read']
}

function neededOfTarget(source: Side, target: Side, options: CheckedFilesOptions): CapabilityName[] {
  const { mode, verify, journal } = options
  const needed: CapabilityName[] = [copiesItself({ source, target, options }) ? 'files.copy' : 'files.write']
  if (needsTargetListing(target, options, journal !== undefined) || mode === 'replace') needed.push(listingOf(target))
  if (mode === 'append' && !hasCreateOnly(target)) needed.push('files.stat')
  if (mode === 'replace') needed.push('files.deleteMany')
  if (verify === 'read-back') needed.push('files.read')
  return needed
}

function listingOf({ isFile }: Side): CapabilityName {
  return isFile ? 'files.stat' : 'files.list'
}

function missingAt(side: Side, needed: readonly CapabilityName[]): StorageError[] {
  return needed.flatMap((capability) => {
    try {
      side.session.require(capability, placeOf(side, capability, ''))
      return []
    } catch (error) {
      if (StorageError.is(error)) return [error]
      throw error
    }
  })
}
