const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/'

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Writes an element that holds text. */
export function textElement(name: string, text: string | number | boolean): string {
  return `<${name}>${typeof text === 'string' ? escapeText(text) : text}</${name}>`
}

/** Writes an element that holds others, written already. */
export function element(name: string, ...children: readonly string[]): string {
  return `<${name}>${children.join('')}</${name}>`
}

/** Writes a document of S3's namespace. */
export function xmlDocument(name: string, ...children: readonly string[]): string {
  return `${xmlDeclaration}<${name} xmlns="${namespace}">${children.join('')}</${name}>`
}

/** What every document begins with. */
export const xmlDeclaration = '<?xml version="1.0" encoding="UTF-8"?>\n'

// XML has no way to write most control characters; AWS writes references to them all the same, and parsers would turn a raw
// carriage return into a line feed.
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const special = /[&<>"\u0000-\u0008\u000b-\u001f\ufffe\uffff]/g

function escapeText(text: string): string {
  return text.replace(special, (sign) => escapes[sign] ?? `&#x${sign.charCodeAt(0).toString(16).toUpperCase()};`)
}
