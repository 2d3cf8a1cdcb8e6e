import { describe, expect, test } from 'vitest'
import { checkOptions, type OptionTable } from './option-table.ts'

const table: OptionTable = {
  max: { type: 'number', minimum: 1, maximum: 9, isInteger: true, description: 'How many.', isRequired: true },
  waitMs: { type: 'number', minimum: 0, description: 'How long.' },
  level: { type: 'string', values: ['low', 'high'], description: 'Which.' },
  on: { type: 'boolean', description: 'Whether.' },
  rules: { type: 'array', description: 'Rules.' },
  each: { type: 'object', description: 'By name.' },
}

describe('checkOptions', () => {
  test('takes what fits, and undefined for left out', () => {
    const options = { max: 3, waitMs: 0.5, level: 'low', on: false, rules: [], each: {} }
    expect(() => checkOptions('demo', table, options)).not.toThrow()
    expect(() => checkOptions('demo', table, { max: 1, waitMs: undefined, clock: 1 }, ['clock'])).not.toThrow()
  })

  test.each([
    [null, 'options of layer `demo` must be an object, not null'],
    [[], 'options of layer `demo` must be an object, not a list'],
    [{}, 'option `max` of layer `demo` must be given: How many.'],
    [{ max: 0 }, 'option `max` of layer `demo` must be a whole number from 1 to 9, not 0'],
    [{ max: 1.5 }, 'option `max` of layer `demo` must be a whole number from 1 to 9, not 1.5'],
    [{ max: Number.NaN }, 'option `max` of layer `demo` must be a whole number from 1 to 9, not NaN'],
    [{ max: '3' }, 'option `max` of layer `demo` must be a whole number from 1 to 9, not "3"'],
    [{ max: 1, waitMs: -1 }, 'option `waitMs` of layer `demo` must be a number of at least 0, not -1'],
    [{ max: 1, waitMs: Infinity }, 'option `waitMs` of layer `demo` must be a number of at least 0, not Infinity'],
    [{ max: 1, level: 'mid' }, 'option `level` of layer `demo` must be one of low, high, not "mid"'],
    [{ max: 1, level: '' }, 'option `level` of layer `demo` must be a text that is not empty, not ""'],
    [{ max: 1, on: 1 }, 'option `on` of layer `demo` must be true or false, not 1'],
    [{ max: 1, rules: {} }, 'option `rules` of layer `demo` must be a list, not an object'],
    [{ max: 1, each: [] }, 'option `each` of layer `demo` must be an object, not a list'],
    [{ max: 1, Max: 1 }, 'layer `demo` has no option `Max`; it has `max`, `waitMs`, `level`, `on`, `rules`, `each`'],
    [{ max: 1, constructor: 1 }, 'layer `demo` has no option `constructor`'],
    [JSON.parse('{"max": 1, "__proto__": 1}'), 'layer `demo` has no option `__proto__`'],
  ])('refuses %j', (options, message) => {
    expect(() => checkOptions('demo', table, options)).toThrow(message)
  })
})
