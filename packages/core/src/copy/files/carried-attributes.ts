import type { FileInfo } from '../../contract/file.ts'
import type { FileAttributes } from '../../driver/file-driver.ts'
import { StorageError } from '../../errors/storage-error.ts'
import type { Session } from '../../portable/session.ts'
import type { Cast } from '../copy-plan.ts'
import { type Attribute, attributes, type CheckedFilesOptions } from './copy-files-options.ts'

const capabilityOf = {
  contentType: 'files.contentType',
  metadata: 'files.metadata',
  tags: 'files.tags',
  expiresAt: 'files.expiry',
} as const

/** Gives the attributes a file has that the target doesn't keep. */
export function lostAttributes(file: FileInfo, target: Session): Attribute[] {
  return attributes.filter((name) => isSet(file, name) && !keeps(target, name))
}

/** Tells whether files of a storage keep an attribute. */
function keeps(target: Session, name: Attribute): boolean {
  return target.driver.capabilities.operations[capabilityOf[name]] !== undefined
}

function isSet(file: FileInfo, name: Attribute): boolean {
  if (name === 'metadata') return Object.keys(file.metadata).length > 0
  if (name === 'tags') return file.tags.length > 0
  return file[name] !== undefined
}

/** Tells whether an attribute may be lost. */
export function mayLose(name: Attribute, { allowLossy }: Pick<CheckedFilesOptions, 'allowLossy'>): boolean {
  return allowLossy === true || (allowLossy?.includes(name) ?? false)
}

/**
 * Gives what is set on a file, without what may be lost.
 *
 * @throws {@link StorageError} `unsupported` for what the target doesn't keep and must not be lost
 */
export function carriedAttributes(
  file: FileInfo,
  target: Session,
  options: Pick<CheckedFilesOptions, 'allowLossy'>,
  lost: readonly Attribute[] = lostAttributes(file, target),
): FileAttributes {
  const refused = lost.find((name) => !mayLose(name, options))
  if (refused !== undefined) {
    const message = `${file.key} has ${refused}, which ${target.driver.backend} doesn't keep: pass allowLossy: ['${refused}'] to copy it without`
    throw new StorageError({ code: 'unsupported', message, details: { key: file.key, attribute: refused } })
  }
  const { contentType, metadata, tags, expiresAt } = file
  return {
    contentType: lost.includes('contentType') ? undefined : contentType,
    metadata: lost.includes('metadata') ? {} : metadata,
    tags: lost.includes('tags') ? [] : tags,
    expiresAt: lost.includes('expiresAt') ? undefined : expiresAt,
  }
}

/** Says that an attribute is lost. */
export function castOf(name: Attribute, target: Session): Cast {
  const { backend } = target.driver
  const why = keeps(target, name)
    ? `${backend} doesn't take this value of it: the files are copied without`
    : `${backend} doesn't keep it: the files are copied without`
  return { column: name, from: 'set', to: 'not set', kind: 'lossy', why }
}
