import { type ByteResponse, HttpError } from '@stowage/http'

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' }

/** Gives the text of an element of a store's XML; undefined without it. */
export function elementText(text: string, name: string): string | undefined {
  const [, found] = new RegExp(`<${name}>([^<]{1,2000})</${name}>`).exec(text) ?? []
  return found?.replace(/&(lt|gt|quot|apos|amp);/g, (_, entity: string) => entities[entity] ?? '').trim()
}

/** Makes the error for a failure that came with a success. */
export function failedInside({ url, headers }: ByteResponse, text: string): HttpError {
  return new HttpError({ method: 'POST', url, status: 500, headers, text })
}

/** Gives the code of a store's error; undefined for an answer of the Storage API. */
export function storeCodeOf(error: HttpError): string | undefined {
  return /^\s*</.test(error.text) ? elementText(error.text, 'Code') : undefined
}
