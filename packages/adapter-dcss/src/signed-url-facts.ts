/** Gives when a signed URL expires, in milliseconds since 1970, from its query of either version; undefined where it doesn't say. */
export function expiryOf(url: string): number | undefined {
  const query = new URLSearchParams(url.slice(url.indexOf('?') + 1))
  const seconds = readCount(query.get('X-Amz-Expires'))
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(query.get('X-Amz-Date') ?? '') ?? []
  if (seconds !== undefined && year !== undefined) {
    return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`) + seconds * 1000
  }
  const expires = readCount(query.get('Expires'))
  return expires === undefined ? undefined : expires * 1000
}

/** Tells whether a URL is signed by version 2, which doesn't cover the parameters of a listing. */
export function isSignedV2(url: string): boolean {
  return /[?&]Signature=/.test(url)
}

/** Tells whether a URL holds metadata in its query, as version 2 signs them. */
export function hasMetadataInQuery(url: string): boolean {
  return /[?&]x-amz-meta-/i.test(url)
}

function readCount(text: string | null): number | undefined {
  return text !== null && /^\d{1,12}$/.test(text) ? Number(text) : undefined
}
