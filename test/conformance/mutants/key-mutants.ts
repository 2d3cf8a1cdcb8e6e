import type { DeleteOutcome, FileInfo } from '@stowage/core'
import {
  type DriverCall,
  type FileContent,
  type FileRequest,
  interceptDriver,
  type StorageDriver,
} from '@stowage/core/driver'
import type { Mutant } from './mutant.ts'

/** Drivers that store files under other keys than they were given. All but the last ones say so in what they return. */
export const keyMutants: readonly Mutant[] = [
  rewriter('trailing spaces of keys are trimmed', ['keys/trailing-space'], (key) => key.trimEnd()),
  rewriter('leading spaces of keys are trimmed', ['keys/leading-space'], (key) => key.trimStart()),
  rewriter('keys are percent-decoded', ['keys/encoded-slash', 'keys/encoded'], (key) => decode(key)),
  rewriter('keys are stored percent-encoded', ['keys/space'], (key) => encodeURI(key)),
  rewriter('a plus in a key becomes a space', ['keys/plus'], (key) => key.replaceAll('+', ' ')),
  rewriter('keys are cut at a question mark', ['keys/question-mark'], (key) => key.replace(/(?<=.)\?.*$/s, '')),
  rewriter('keys are cut at a hash', ['keys/hash'], (key) => key.replace(/(?<=.)#.*$/s, '')),
  rewriter('keys are normalised to composed Unicode', ['keys/accents'], (key) => key.normalize('NFC')),
  rewriter('keys are lower-cased', ['keys/case'], (key) => key.toLowerCase()),
  rewriter('double slashes of keys are collapsed', ['keys/empty-segment'], (key) => key.replaceAll(/\/{2,}/g, '/')),
  rewriter('a trailing slash of a key is dropped', ['keys/trailing-slash'], (key) => key.replace(/(?<=.)\/+$/, '')),
  rewriter('backslashes of keys become slashes', ['keys/backslash'], (key) => key.replaceAll('\\', '/')),
  rewriter('dot segments of keys are resolved', ['keys/segments-of-dots'], (key) =>
    new URL(key, 'a://a/').pathname.slice(1),
  ),
  rewriter('long keys are cut', ['keys/longest'], (key) => key.slice(0, 255)),
  rewriter('characters beyond the BMP become question marks', ['keys/emoji'], (key) =>
    key.replaceAll(/\p{Cs}|[^\0-\uffff]/gu, '?'),
  ),
  rewriter('control characters of keys are dropped', ['keys/control'], (key) => key.replaceAll(/\p{Cc}/gu, '')),
  {
    name: 'keys are percent-decoded, and a gap admits it',
    breaks: 'Refusing a key can be admitted, storing it under another name can not.',
    caughtBy: ['keys/kept-or-refused'],
    gaps: { 'keys/*': { kind: 'upstream', reason: 'the service decodes keys' } },
    make: (driver) => rewriteKeys(driver, decode, (result) => result),
  },
  secretly('keys are told apart without regard to case, in secret', ['keys/case'], (key) => key.toLowerCase()),
  secretly('keys are normalised to composed Unicode, in secret', ['keys/accents'], (key) => key.normalize('NFC')),
  secretly('keys are percent-decoded, in secret', ['keys/encoded-slash'], (key) => decode(key)),
]

type Rewrite = (key: string) => string

function rewriter(name: string, caughtBy: Mutant['caughtBy'], rewrite: Rewrite): Mutant {
  const breaks = 'A file is stored and found under a rewritten key.'
  return { name, breaks, caughtBy, make: (driver) => rewriteKeys(driver, rewrite, (result) => result) }
}

function secretly(name: string, caughtBy: Mutant['caughtBy'], rewrite: Rewrite): Mutant {
  const breaks =
    'A file is stored and found under a rewritten key, but what is returned names the key that was asked for.'
  return { name, breaks, caughtBy, make: (driver) => rewriteKeys(driver, rewrite, showAskedKey) }
}

function rewriteKeys(driver: StorageDriver, rewrite: Rewrite, show: typeof showAskedKey): StorageDriver {
  return interceptDriver(driver, async (call, next) => {
    if (!call.operation.startsWith('files.') || call.operation === 'files.list') return next(call)
    return show(await next({ ...call, request: rewriteRequest(call.request, rewrite) }), call)
  })
}

function rewriteRequest(request: object, rewrite: Rewrite): object {
  const changed: Record<string, unknown> = { ...request }
  if ('key' in request) changed['key'] = rewrite(request.key as string)
  if ('keys' in request) changed['keys'] = (request.keys as string[]).map(rewrite)
  for (const side of ['from', 'to']) {
    const place = changed[side] as FileRequest | undefined
    if (place !== undefined) changed[side] = { ...place, key: rewrite(place.key) }
  }
  return changed
}

function showAskedKey(result: unknown, { operation, request }: DriverCall): unknown {
  const asked = request as FileRequest & { to: FileRequest; keys: readonly string[] }
  switch (operation) {
    case 'files.stat':
    case 'files.write':
    case 'files.update':
      return { ...(result as FileInfo), key: asked.key }
    case 'files.copy':
      return { ...(result as FileInfo), key: asked.to.key }
    case 'files.read': {
      const content = result as FileContent
      return { ...content, file: { ...content.file, key: asked.key } }
    }
    case 'files.deleteMany':
      return (result as DeleteOutcome[]).map((outcome, index) => ({ ...outcome, key: asked.keys[index] }))
    default:
      return result
  }
}

function decode(key: string): string {
  try {
    return decodeURIComponent(key)
  } catch {
    return key
  }
}
