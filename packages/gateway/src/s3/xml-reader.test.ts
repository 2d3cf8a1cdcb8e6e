import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anyText } from '../../test/s3/any-text.ts'
import { childrenOf, readXml, textOf } from './xml-reader.ts'
import { element, textElement, xmlDocument } from './xml-writer.ts'

const read = (text: string): ReturnType<typeof readXml> => readXml(Buffer.from(text), 'Delete')
const keysOf = (text: string): (string | undefined)[] =>
  childrenOf(read(text), 'Object').map((one) => textOf(one, 'Key'))

test('any text that is written is read again', () => {
  const property = fc.property(fc.array(anyText, { minLength: 1, maxLength: 3 }), (keys) => {
    const document = xmlDocument('Delete', ...keys.map((key) => element('Object', textElement('Key', key))))
    expect(keysOf(document)).toEqual(keys)
  })
  fc.assert(property, { numRuns: 100 })
})

test('keys are taken as they are: spaces, references, sections', () => {
  expect(keysOf('<Delete xmlns="u">\n <Object>\n<Key> </Key></Object></Delete>')).toEqual([' '])
  expect(keysOf('<Delete><Object><Key>a&amp;&#x1;&#13;&#128512;1.50</Key></Object></Delete>')).toEqual([
    'a&\u0001\r😀1.50',
  ])
  expect(keysOf('<Delete><Object><Key><![CDATA[<a>&amp;]]></Key></Object></Delete>')).toEqual(['<a>&amp;'])
  expect(keysOf('<s3:Delete xmlns:s3="u"><s3:Object><s3:Key>a</s3:Key></s3:Object></s3:Delete>')).toEqual(['a'])
})

test.each([
  ['nothing', ''],
  ['text', 'junk'],
  ['another root', '<Other><Object/></Other>'],
  ['an open element', '<Delete><Object>'],
  ['crossed elements', '<Delete><a><b></a></b></Delete>'],
  ['a document type', '<!DOCTYPE Delete [<!ENTITY a "b">]><Delete><Object><Key>&a;</Key></Object></Delete>'],
  ['an unknown reference', '<Delete><Object><Key>&copy;</Key></Object></Delete>'],
  ['half a reference', '<Delete><Object><Key>a & b</Key></Object></Delete>'],
  ['half a surrogate pair', '<Delete><Object><Key>&#xD800;</Key></Object></Delete>'],
  ['a name of objects in JavaScript', '<Delete><__proto__>a</__proto__></Delete>'],
  ['endless depth', `${'<a>'.repeat(10_000)}`],
])('%s is refused', (_, text) => {
  expect(() => keysOf(text)).toThrow(expect.objectContaining({ code: 'MalformedXML' }))
})

test('bytes that are not UTF-8 are refused', () => {
  const bytes = Buffer.from('<Delete><Object><Key>\xff</Key></Object></Delete>', 'latin1')
  expect(() => readXml(bytes, 'Delete')).toThrow(expect.objectContaining({ code: 'MalformedXML' }))
})

test('names that every object has are not there', () => {
  const document = read('<Delete><Quiet>true</Quiet></Delete>')
  expect(textOf(document, 'constructor')).toBeUndefined()
  expect(childrenOf(document, 'toString')).toEqual([])
  expect(() => childrenOf(document, 'Quiet')).toThrow(expect.objectContaining({ code: 'MalformedXML' }))
})

test('ten thousand parts are read in no time', () => {
  const part = '<Part><ETag>&quot;d41d8cd98f00b204e9800998ecf8427e&quot;</ETag><PartNumber>1</PartNumber></Part>'
  const parts = childrenOf(readXml(Buffer.from(`<C>${part.repeat(10_000)}</C>`), 'C'), 'Part')
  expect(parts.length).toBe(10_000)
})
