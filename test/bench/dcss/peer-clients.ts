import { execFile } from 'node:child_process'
import { createReadStream, createWriteStream } from 'node:fs'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import type { ObjectClient } from './object-client.ts'
import { bucket, credentials } from './start-s3-stub.ts'

const run = promisify(execFile)

/** What people do in a shell, given a signed URL. It moves files only. */
export function openCurl(url: string): Pick<ObjectClient, 'download' | 'upload' | 'close'> {
  const quiet = ['--silent', '--show-error', '--fail']
  return {
    download: (key, target) => run('curl', [...quiet, '--output', target, `${url}/${bucket}/${key}`]),
    // Asking first whether to send would cost a round trip, and nobody needs it here.
    upload: (key, source) => run('curl', [...quiet, '-H', 'Expect:', '-T', source, `${url}/${bucket}/${key}`]),
    close: async () => undefined,
  }
}

/** AWS's client alone, as its documentation shows it; `Upload` of lib-storage for files. */
export function openAwsClient(endpoint: string): ObjectClient {
  const client = new S3Client({
    endpoint,
    credentials,
    region: 'us-east-1',
    forcePathStyle: true,
    // Otherwise it computes checksums nobody else does.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
  const read = async (key: string): Promise<Readable> => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
    return Body as Readable
  }
  return {
    download: async (key, target) => pipeline(await read(key), createWriteStream(target)),
    upload: (key, source) =>
      new Upload({ client, params: { Bucket: bucket, Key: key, Body: createReadStream(source) } }).done(),
    put: (key, bytes) => client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes })),
    async get(key) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
      if (Body === undefined) throw new Error(`${key} has no body`)
      return Body.transformToByteArray()
    },
    close: async () => client.destroy(),
  }
}
