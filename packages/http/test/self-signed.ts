import { generateKeyPairSync, sign } from 'node:crypto'

/** A key and the certificate for it, both as PEM. */
export interface SelfSigned {
  readonly key: string
  readonly cert: string
}

/** Makes a certificate for 127.0.0.1 (or another address) that only who is told so trusts. Node itself can't make any. */
export function selfSigned(address: readonly number[] = [127, 0, 0, 1]): SelfSigned {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const algorithm = sequence(objectId(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02))
  const name = sequence(tag(0x31, sequence(objectId(0x55, 0x04, 0x03), tag(0x0c, Buffer.from('stowage test')))))
  const day = 24 * 60 * 60 * 1000
  const validity = sequence(time(Date.now() - day), time(Date.now() + day))
  const alternative = tag(0x04, sequence(tag(0x87, Buffer.from(address))))
  const extensions = tag(0xa3, sequence(sequence(objectId(0x55, 0x1d, 0x11), alternative)))
  const version = tag(0xa0, tag(0x02, Buffer.from([2])))
  const key = publicKey.export({ type: 'spki', format: 'der' })
  const content = sequence(version, tag(0x02, Buffer.from([1])), algorithm, name, validity, name, key, extensions)
  const signature = sign('sha256', content, privateKey)
  const certificate = sequence(content, algorithm, tag(0x03, Buffer.from([0]), signature))
  return { key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string, cert: pem(certificate) }
}

function tag(type: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  const { byteLength } = content
  const length = byteLength < 128 ? [byteLength] : [0x82, byteLength >> 8, byteLength & 255]
  return Buffer.concat([Buffer.from([type, ...length]), content])
}

function sequence(...parts: readonly Uint8Array[]): Buffer {
  return tag(0x30, ...parts)
}

function objectId(...bytes: readonly number[]): Buffer {
  return tag(0x06, Buffer.from(bytes))
}

function time(at: number): Buffer {
  const text = new Date(at).toISOString().replace(/[-:T]|\.\d+/g, '')
  return tag(0x18, Buffer.from(text))
}

function pem(certificate: Uint8Array): string {
  return `-----BEGIN CERTIFICATE-----\n${Buffer.from(certificate).toString('base64')}\n-----END CERTIFICATE-----\n`
}
