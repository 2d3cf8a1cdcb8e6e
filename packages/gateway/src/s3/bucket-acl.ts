import { owner } from './list-objects.ts'
import { S3Error } from './s3-error.ts'
import { childrenOf, readXml, textOf } from './xml-reader.ts'
import { element, textElement, xmlDocument } from './xml-writer.ts'

/** The ready-made lists that are served. */
export const publicAcls = 'private, public-read'

const allUsers = 'http://acs.amazonaws.com/groups/global/AllUsers'

/**
 * Tells whether a ready-made access control list lets anybody read; undefined for none.
 *
 * @throws S3Error `NotImplemented` for one that says more than that
 */
export function aclIsReadable(canned: string | undefined): boolean | undefined {
  if (canned === undefined) return undefined
  if (canned === 'public-read') return true
  if (canned === 'private') return false
  throw new S3Error('NotImplemented', {
    message: `The access control list ${canned} is not served: use one of ${publicAcls}`,
  })
}

/**
 * Reads an access control list: the owner may do everything, and perhaps anybody may read.
 *
 * @returns whether anybody may
 */
export function readAcl(document: Buffer): boolean {
  const [list] = childrenOf(readXml(document, 'AccessControlPolicy'), 'AccessControlList')
  if (list === undefined) throw new S3Error('MalformedXML')
  let isReadable = false
  for (const grant of childrenOf(list, 'Grant')) {
    const [grantee] = childrenOf(grant, 'Grantee')
    const uri = grantee === undefined ? undefined : textOf(grantee, 'URI')
    const permission = textOf(grant, 'Permission')
    if (uri === allUsers && permission === 'READ') isReadable = true
    else if (uri !== undefined || permission !== 'FULL_CONTROL') {
      throw new S3Error('NotImplemented', { message: 'Only grants of READ to all users are served' })
    }
  }
  return isReadable
}

/** Writes such a list. */
export function writeAcl(isReadable: boolean): string {
  const grants = [grant(grantee('CanonicalUser', owner), 'FULL_CONTROL')]
  if (isReadable) grants.push(grant(grantee('Group', textElement('URI', allUsers)), 'READ'))
  return xmlDocument('AccessControlPolicy', element('Owner', owner), element('AccessControlList', ...grants))
}

function grant(who: string, permission: string): string {
  return element('Grant', who, textElement('Permission', permission))
}

function grantee(kind: string, content: string): string {
  return `<Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="${kind}">${content}</Grantee>`
}
