import { XMLParser } from 'fast-xml-parser'
import { S3Error } from './s3-error.ts'

/** An element: text where it holds nothing else, otherwise its children by name; those that repeat as a list. */
export type XmlValue = string | XmlElement | readonly XmlValue[]

/** The children of an element by name. */
export interface XmlElement {
  readonly [name: string]: XmlValue | undefined
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  trimValues: false,
  removeNSPrefix: true,
  // The parser's own drops references it doesn't like: a key would become another key.
  entityDecoder: {
    decode: decodeReferences,
    setExternalEntities: () => undefined,
    addInputEntities: () => undefined,
    reset: () => undefined,
    setXmlVersion: () => undefined,
  },
})

/**
 * Reads a small document and gives the children of its root.
 *
 * @param root - the name the root must have
 * @throws S3Error `MalformedXML` for anything else, and for a document type: nothing here needs one
 */
export function readXml(bytes: Uint8Array, root: string): XmlElement {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    if (text.includes('<!DOCTYPE')) throw new S3Error('MalformedXML', { message: 'A document type is not allowed' })
    const value = (parser.parse(text, true) as Record<string, XmlValue | undefined>)[root]
    if (value === undefined || Array.isArray(value)) throw new S3Error('MalformedXML')
    return typeof value === 'string' ? {} : (value as XmlElement)
  } catch (error) {
    throw error instanceof S3Error ? error : new S3Error('MalformedXML', {}, error)
  }
}

/** Gives the children of a name as a list, whether there are none, one or many. */
export function childrenOf(element: XmlElement, name: string): readonly XmlElement[] {
  const value = Object.hasOwn(element, name) ? element[name] : undefined
  const list = value === undefined ? [] : Array.isArray(value) ? (value as readonly XmlValue[]) : [value]
  return list.map((child) => {
    if (typeof child === 'string') throw new S3Error('MalformedXML')
    return child as XmlElement
  })
}

/** Gives the text of a child; undefined without it. */
export function textOf(element: XmlElement, name: string): string | undefined {
  const value = Object.hasOwn(element, name) ? element[name] : undefined
  if (value === undefined || typeof value === 'string') return value
  throw new S3Error('MalformedXML')
}

function decodeReferences(text: string): string {
  return text.replace(/&([^;&]*);?/g, (reference, name: string) => {
    const known = Object.hasOwn(named, name) ? named[name] : characterOf(name)
    if (known === undefined || !reference.endsWith(';')) throw new S3Error('MalformedXML')
    return known
  })
}

function characterOf(name: string): string | undefined {
  const [, hex, decimal] = /^#(?:x([0-9A-Fa-f]{1,6})|(\d{1,7}))$/.exec(name) ?? []
  const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
  if (!(point >= 0 && point <= 0x10ffff) || (point >= 0xd800 && point <= 0xdfff)) return undefined
  return String.fromCodePoint(point)
}
