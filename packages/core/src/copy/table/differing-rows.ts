import type { JsonValue } from '../../rows/row.ts'
import { StorageError } from '../../errors/storage-error.ts'
import type { PreparedCopy } from './prepare-copy.ts'
import type { RowHash } from './row-digest.ts'
import { nameOfEnd } from './table-end.ts'

const namedKeys = 10

/** A row that differs: by its key, and how. */
interface Difference {
  readonly key: string
  readonly how: 'missing' | 'changed' | 'unexpected'
}

/** Rows of both tables side by side, for tables or parts of them that fit into memory. */
export class DifferingRows {
  readonly #prepared: PreparedCopy
  readonly #certain: 'all' | 'missing'
  /** By key, how often each digest is expected and was not found yet. */
  readonly #expected = new Map<string, string[]>()
  readonly #unexpected = new Map<string, string[]>()

  /** @param certain - `missing` where a row of the target that is another one than the source's may be there by right */
  constructor(prepared: PreparedCopy, certain: 'all' | 'missing') {
    this.#prepared = prepared
    this.#certain = certain
  }

  /** Notes a row of the source. */
  expect(key: string, row: RowHash): void {
    add(this.#expected, key, row.join())
  }

  /** Notes a row of the target; those of the source are all noted by then. */
  find(key: string, row: RowHash): void {
    const rows = this.#expected.get(key)
    const at = rows?.indexOf(row.join()) ?? -1
    if (rows === undefined || at === -1) return add(this.#unexpected, key, row.join())
    rows.splice(at, 1)
    if (rows.length === 0) this.#expected.delete(key)
  }

  /** How many keys differ. */
  get count(): number {
    return this.#differences().length
  }

  /** Gives the failure of the copy, which names the first keys. */
  toError(): StorageError {
    const { target, targetInfo } = this.#prepared
    const { primaryKey } = targetInfo
    const found = this.#differences()
    const named = primaryKey.length === 0 ? [] : found.slice(0, namedKeys)
    const keys = named.map(({ key, how }) => ({ key: keyOf(primaryKey, key), how }))
    const shown = keys.map(({ key, how }) => `${JSON.stringify(key)} is ${how}`).join(', ')
    const which = shown === '' ? 'rows without a key, which can not be named' : shown
    const message = `${nameOfEnd(target)} does not hold what was copied: ${which}; look for others that write to it, and copy these rows again`
    return new StorageError({ code: 'corrupt-data', message, applied: 'yes', details: { keys } })
  }

  #differences(): Difference[] {
    const all: Difference[] = []
    for (const key of this.#expected.keys()) {
      const isThere = this.#unexpected.has(key)
      if (!isThere || this.#certain === 'all') all.push({ key, how: isThere ? 'changed' : 'missing' })
    }
    if (this.#certain === 'missing') return all
    for (const key of this.#unexpected.keys()) if (!this.#expected.has(key)) all.push({ key, how: 'unexpected' })
    return all
  }
}

function add(rowsByKey: Map<string, string[]>, key: string, row: string): void {
  const rows = rowsByKey.get(key)
  if (rows === undefined) rowsByKey.set(key, [row])
  else rows.push(row)
}

function keyOf(primaryKey: readonly string[], key: string): Readonly<Record<string, JsonValue>> {
  const cells = JSON.parse(key) as readonly JsonValue[]
  return Object.fromEntries(primaryKey.map((name, index) => [name, cells[index] ?? null]))
}
