import { createSign, generateKeyPairSync } from 'node:crypto'
import type { TlsOptions } from '../src/server/gateway-server.ts'

/** Makes a certificate for `127.0.0.1` and its key: DER by hand, as Node can read certificates but not make them. */
export function selfSigned(): TlsOptions {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const algorithm = sequence(objectId('2a8648ce3d040302'))
  const name = sequence(element(0x31, sequence(objectId('550403'), element(0x0c, Buffer.from('stowage test')))))
  const validity = sequence(utcTime('200101000000Z'), utcTime('491231235959Z'))
  const address = sequence(element(0x87, Buffer.from([127, 0, 0, 1])))
  const alternativeNames = sequence(objectId('551d11'), element(0x04, address))
  const facts = sequence(
    element(0xa0, element(0x02, Buffer.from([2]))),
    element(0x02, Buffer.from([1])),
    algorithm,
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    element(0xa3, sequence(alternativeNames)),
  )
  const signature = createSign('sha256').update(facts).sign(privateKey)
  const certificate = sequence(facts, algorithm, element(0x03, Buffer.concat([Buffer.from([0]), signature])))
  const lines = certificate.toString('base64').replace(/.{64}/g, '$&\n')
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

function element(tag: number, content: Buffer): Buffer {
  const { length } = content
  const header = length < 0x80 ? [tag, length] : [tag, 0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from(header), content])
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return element(0x30, Buffer.concat(parts))
}

function objectId(hex: string): Buffer {
  return element(0x06, Buffer.from(hex, 'hex'))
}

function utcTime(text: string): Buffer {
  return element(0x17, Buffer.from(text))
}
