import assert from 'node:assert/strict'

/** Compares texts by code points, which is the order of their UTF-8 bytes, and not of their UTF-16 units. */
export function compareCodePoints(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

/** Checks that names come in order of code points, each once. */
export function assertAscending(names: readonly string[]): void {
  const at = names.findIndex((name, index) => index > 0 && compareCodePoints(names[index - 1] ?? '', name) >= 0)
  assert.ok(at < 0, `${JSON.stringify(names[at])} comes after ${JSON.stringify(names[at - 1])}`)
}
