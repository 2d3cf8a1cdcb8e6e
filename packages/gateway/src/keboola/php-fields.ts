import { badRequest } from './keboola-error.ts'

/** The value of a field. Forms and queries have only text in it, JSON anything. */
export type FieldValue = string | number | boolean | null | readonly FieldValue[] | FieldTree

/** Fields by name. It may have no prototype and may have any names: look for own ones. */
export interface FieldTree {
  readonly [name: string]: FieldValue
}

/** A field of a form: its name with brackets, and its value. */
export type FieldPair = readonly [name: string, value: string]

const mostFields = 100_000
const mostLevels = 8

type Branch = Map<string, Branch | string>

/**
 * Reads fields as PHP does: `a[]` adds to a list, `a[2]` puts in a place of it, `a[key]` into an object, to any depth. Places that
 * were left out are closed up. Of two fields that can't both be, the later one counts.
 *
 * @throws KeboolaError `malformedRequest` for too many, or too deep
 */
export function toFieldTree(pairs: Iterable<FieldPair>): FieldTree {
  const root: Branch = new Map()
  let count = 0
  for (const [name, value] of pairs) {
    count += 1
    if (count > mostFields) throw badRequest(`The request has more than ${mostFields} fields`, 'malformedRequest')
    put(root, splitName(name), value)
  }
  return toObject(root)
}

// Brackets count only behind a name, and only as pairs up to the first that isn't one.
function splitName(name: string): readonly string[] {
  const open = name.indexOf('[')
  if (open < 1) return [name]
  const keys = [name.slice(0, open)]
  let at = open
  while (name[at] === '[') {
    const close = name.indexOf(']', at)
    if (close === -1) return at === open ? [name] : keys
    keys.push(name.slice(at + 1, close))
    if (keys.length > mostLevels) throw badRequest(`A field is more than ${mostLevels} levels deep`, 'malformedRequest')
    at = close + 1
  }
  return keys
}

function put(root: Branch, keys: readonly string[], value: string): void {
  let branch = root
  keys.forEach((given, level) => {
    const key = given === '' && level > 0 ? nextKey(branch) : given
    if (level === keys.length - 1) return void branch.set(key, value)
    const found = branch.get(key)
    const child: Branch = found instanceof Map ? found : new Map()
    if (child !== found) branch.set(key, child)
    branch = child
  })
}

const counters = new WeakMap<Branch, number>()

// Looking at all keys for the next one would take quadratic time for a long list.
function nextKey(branch: Branch): string {
  let next = counters.get(branch) ?? 0
  while (branch.has(String(next))) next += 1
  counters.set(branch, next + 1)
  return String(next)
}

function toValue(node: Branch | string): FieldValue {
  if (typeof node === 'string') return node
  const keys = [...node.keys()]
  if (!keys.every((key) => /^(?:0|[1-9]\d{0,8})$/.test(key))) return toObject(node)
  const inOrder = keys.toSorted((one, other) => Number(one) - Number(other))
  return inOrder.map((key) => toValue(node.get(key) as Branch | string))
}

function toObject(branch: Branch): FieldTree {
  const tree: Record<string, FieldValue> = Object.create(null) as Record<string, FieldValue>
  for (const [name, node] of branch) tree[name] = toValue(node)
  return tree
}

/**
 * Takes an urlencoded form or a query apart.
 *
 * @throws KeboolaError `malformedRequest` for text that isn't UTF-8
 */
export function* formPairs(text: string): Generator<FieldPair, void, undefined> {
  for (let start = 0; start < text.length;) {
    const found = text.indexOf('&', start)
    const end = found === -1 ? text.length : found
    const pair = text.slice(start, end)
    start = end + 1
    if (pair === '') continue
    const equals = pair.indexOf('=')
    if (equals === -1) yield [decode(pair), '']
    else yield [decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))]
  }
}

function decode(encoded: string): string {
  const text = encoded.replaceAll('+', ' ')
  // A percent sign that begins no sequence stands for itself.
  const strict = text.replace(/%(?![0-9a-f]{2})/gi, '%25')
  try {
    return decodeURIComponent(strict)
  } catch {
    throw badRequest('The request is not UTF-8', 'malformedRequest')
  }
}
