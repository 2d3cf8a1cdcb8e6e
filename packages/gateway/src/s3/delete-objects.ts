import { readDocument } from './bucket-operations.ts'
import { bucketOf, fileOf, type Operation } from './s3-context.ts'
import { S3Error } from './s3-error.ts'
import { explainFailure } from './storage-failure.ts'
import { childrenOf, readXml, textOf } from './xml-reader.ts'
import { element, textElement, xmlDocument } from './xml-writer.ts'

const mostKeys = 1000

/** DeleteObjects: each key has its own outcome, and one that isn't there is deleted already. */
export const deleteObjects: Operation = async (context, exchange) => {
  const { request, response, signal } = exchange
  const { bucket } = request
  const document = readXml(await readDocument(exchange), 'Delete')
  const objects = childrenOf(document, 'Object')
  if (objects.length === 0 || objects.length > mostKeys) throw new S3Error('MalformedXML')
  const isQuiet = textOf(document, 'Quiet')?.trim() === 'true'
  const keys = objects.map((object) => {
    const key = textOf(object, 'Key')
    if (key === undefined || key === '') throw new S3Error('MalformedXML')
    for (const name of ['VersionId', 'ETag', 'LastModifiedTime', 'Size']) {
      if (textOf(object, name) !== undefined) throw new S3Error('NotImplemented', { fields: { Element: name } })
    }
    fileOf(context, bucket, key)
    return key
  })
  const outcomes = await bucketOf(context, bucket).deleteFiles(keys, { signal })
  const parts: string[] = []
  for (const { key, outcome, error } of outcomes) {
    if (outcome !== 'failed') {
      if (!isQuiet) parts.push(element('Deleted', textElement('Key', key)))
      continue
    }
    const { code, message } = await explainFailure(error, context, { ...request, key })
    if (code === 'NoSuchBucket') throw error
    parts.push(element('Error', textElement('Key', key), textElement('Code', code), textElement('Message', message)))
  }
  response.xml(xmlDocument('DeleteResult', ...parts))
}
