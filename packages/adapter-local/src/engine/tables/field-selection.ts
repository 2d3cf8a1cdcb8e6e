import type { Row } from '@stowage/core'
import { type Cell, compileProjection, type Projection, type RowBatch } from '@stowage/core/driver'
import type { TableEntry } from './catalogue.ts'
import { fieldOf } from './field-reader.ts'
import { allFields, RowDecoder } from './row-decoder.ts'

/** How a projection is done: which fields are read, and what is done to those it goes into. */
export interface ProjectionPlan {
  /** Reads the fields. */
  readonly decoder: RowDecoder
  /** Cuts down the fields whose inside the projection names. */
  readonly finish: (batch: RowBatch) => RowBatch
}

/** Plans a projection; undefined keeps everything. */
export function planProjection(table: TableEntry, projection: Projection | undefined): ProjectionPlan {
  if (projection === undefined) return wholeRows(table)
  const { kind, paths } = projection
  const dotted = paths.filter((path) => path.includes('.'))
  // Leaving out `a.b` reads all of `a`; keeping it as well.
  const named = new Set(kind === 'include' ? paths.map(fieldOf) : paths.filter((path) => !path.includes('.')))
  const wants = (name: string): boolean => named.has(name) === (kind === 'include') && !isUnreachable(name, kind)
  const positions = table.columns.flatMap(({ name }, position) => (wants(name) ? [position] : []))
  const decoder = new RowDecoder(table.columns, { positions, wantsUndeclared: wants })
  return { decoder, finish: dotted.length === 0 ? (batch) => batch : insideFinisher(kind, dotted) }
}

const wholeRowPlans = new WeakMap<TableEntry, ProjectionPlan>()

function wholeRows(table: TableEntry): ProjectionPlan {
  let plan = wholeRowPlans.get(table)
  if (plan === undefined) {
    plan = { decoder: new RowDecoder(table.columns, allFields(table.columns)), finish: (batch) => batch }
    wholeRowPlans.set(table, plan)
  }
  return plan
}

// A path can't name a key that contains a dot, so such a field is never one to keep.
function isUnreachable(name: string, kind: Projection['kind']): boolean {
  return kind === 'include' && name.includes('.')
}

function insideFinisher(kind: Projection['kind'], paths: readonly string[]): (batch: RowBatch) => RowBatch {
  const project = compileProjection({ kind, paths })
  const fields = new Set(paths.map(fieldOf))
  return ({ columns, rows }) => {
    const touched = columns.flatMap((name, index) => (fields.has(name) ? [{ name, index }] : []))
    for (const row of rows as readonly Cell[][]) {
      for (const { name, index } of touched) {
        const cell = row[index]
        if (cell !== undefined) row[index] = project({ [name]: cell } as Row)[name]
      }
    }
    return { columns, rows }
  }
}
