import { badRequest } from '../keboola-error.ts'
import type { RequestFields } from '../request-fields.ts'
import type { ColumnDefinition } from './table-record.ts'

/** A column's type: as the backend has it, and what kind that is. */
export interface TypedColumn {
  readonly definition: ColumnDefinition
  readonly basetype: string
}

const ofBasetype: Readonly<Record<string, readonly [type: string, length: string | null]>> = {
  BOOLEAN: ['BOOLEAN', null],
  DATE: ['DATE', null],
  FLOAT: ['FLOAT', null],
  INTEGER: ['NUMBER', '38,0'],
  NUMERIC: ['NUMBER', '38,9'],
  STRING: ['VARCHAR', '16777216'],
  TIMESTAMP: ['TIMESTAMP_NTZ', '9'],
}

const basetypes: readonly (readonly [RegExp, string])[] = [
  [/^(VARCHAR|CHAR|CHARACTER|STRING|TEXT|VARIANT|OBJECT|ARRAY|BINARY|VARBINARY|GEOGRAPHY|GEOMETRY|TIME)$/, 'STRING'],
  [/^(INT|INTEGER|BIGINT|SMALLINT|TINYINT|BYTEINT|INT64)$/, 'INTEGER'],
  [/^(FLOAT|FLOAT4|FLOAT8|DOUBLE|DOUBLE PRECISION|REAL|FLOAT64)$/, 'FLOAT'],
  [/^(NUMBER|DECIMAL|NUMERIC|BIGNUMERIC)$/, 'NUMERIC'],
  [/^(BOOLEAN|BOOL)$/, 'BOOLEAN'],
  [/^DATE$/, 'DATE'],
  [/^(DATETIME|TIMESTAMP|TIMESTAMP_NTZ|TIMESTAMP_LTZ|TIMESTAMP_TZ)$/, 'TIMESTAMP'],
]

const code = 'storage.tables.validation'

/**
 * Reads the type of a column of a request: `definition` with a type of the backend, or `basetype`; undefined for neither.
 *
 * @param isKey - whether it belongs to the primary key: then it may not be null
 */
export function readColumnType(column: RequestFields, isKey: boolean): TypedColumn | undefined {
  const definition = column.object('definition')
  const type = definition?.text('type')
  if (definition !== undefined && type !== undefined) {
    const given = type.trim().toUpperCase()
    const [, ownType = given, lengthInType] = /^([A-Z0-9_ ]+?)\s*\(([\d, ]+)\)$/.exec(given) ?? []
    const length = definition.text('length') ?? lengthInType ?? null
    const facts = {
      nullable: isKey ? false : (definition.flag('nullable') ?? true),
      default: definition.text('default') ?? null,
    }
    return { definition: { type: ownType, length, ...facts }, basetype: basetypeOf(ownType, length) }
  }
  const basetype = column.text('basetype')?.toUpperCase()
  if (basetype === undefined) return undefined
  const known = Object.hasOwn(ofBasetype, basetype) ? ofBasetype[basetype] : undefined
  if (known === undefined)
    throw badRequest(`"${basetype}" is no base type: use ${Object.keys(ofBasetype).join(', ')}`, code)
  return { definition: { type: known[0], length: known[1], nullable: !isKey, default: null }, basetype }
}

/** The type of a column that was given none in a table where others have one. */
export function defaultColumnType(isKey: boolean): TypedColumn {
  return { definition: { type: 'VARCHAR', length: '16777216', nullable: !isKey, default: null }, basetype: 'STRING' }
}

function basetypeOf(type: string, length: string | null): string {
  const found = basetypes.find(([pattern]) => pattern.test(type))?.[1]
  if (found === undefined) throw badRequest(`"${type}" is no type of the backend`, code)
  if (found !== 'NUMERIC') return found
  // Without a scale there is none.
  const scale = length?.split(',')[1]?.trim() ?? '0'
  return scale === '0' ? 'INTEGER' : 'NUMERIC'
}
