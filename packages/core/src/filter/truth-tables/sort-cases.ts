import type { Row } from '../../rows/row.ts'

/** Rows in the order a sort puts them into, and the reason. */
export type SortCase = readonly [sort: unknown, sorted: readonly Row[], reason: string]

/** Sorts. Neighbours compare as "before", or as equal where {@link tiedSortCases} says so. */
export const sortCases: readonly SortCase[] = [
  [
    { a: 1 },
    [
      { a: [] },
      { a: null },
      { a: -1 },
      { a: 2 },
      { a: '' },
      { a: 'b' },
      { a: {} },
      { a: [[]] },
      { a: false },
      { a: true },
    ],
    'types in order: empty array, null, numbers, text, objects, arrays, booleans',
  ],
  [{ a: -1 }, [{ a: true }, { a: [[]] }, { a: {} }, { a: 'b' }, { a: 2 }, { a: null }, { a: [] }], 'and the reverse'],
  [{ a: 1 }, [{ a: 2 }, { a: 10 }, { a: '10' }, { a: '2' }], 'numbers by size, text by code points'],
  [{ a: 1 }, [{ a: 'A' }, { a: 'a' }, { a: 'á' }, { a: '\uff5e' }, { a: '😀' }], 'text by code points, no locale'],
  [{ a: 1 }, [{}, { a: 0 }], 'a missing field sorts as null'],
  [
    { a: 1, b: -1 },
    [
      { a: 1, b: 2 },
      { a: 1, b: 1 },
      { a: 2, b: 3 },
    ],
    'several keys: the first decides first',
  ],
  [
    [
      ['a', 1],
      ['b', 1],
    ],
    [
      { a: 1, b: 1 },
      { a: 1, b: 2 },
      { a: 2, b: 0 },
    ],
    'as a list of pairs',
  ],
  [
    [
      ['b', 1],
      ['1', -1],
    ],
    [
      { b: 1, 1: 5 },
      { b: 1, 1: 4 },
      { b: 2, 1: 9 },
    ],
    'a key that looks like an integer, in a list',
  ],
  [{ a: 1 }, [{ a: [7, 1] }, { a: 2 }, { a: [9, 3] }], 'ascending, an array sorts by its smallest element'],
  [{ a: -1 }, [{ a: [3, 9] }, { a: 8 }, { a: [7, 1] }], 'descending, by its largest'],
  [{ a: 1 }, [{ a: [] }, { a: null }], 'an empty array sorts below null'],
  [{ a: 1 }, [{ a: [5, null] }, { a: [4, 3] }], 'a null element is the smallest'],
  [{ 'a.b': 1 }, [{ a: 5 }, { a: { b: 1 } }, { a: { b: 2 } }], 'dotted paths; a scalar has no field'],
  [{ 'a.b': 1 }, [{ a: [{ b: 9 }, { b: 1 }] }, { a: { b: 2 } }], 'through arrays the smallest of all elements'],
  [{ 'a.b': -1 }, [{ a: [{ b: 1 }, { b: 9 }] }, { a: { b: 8 } }], 'or the largest'],
  [{ 'a.b': 1 }, [{ a: [{ b: 9 }, 5] }, { a: { b: 2 } }], 'an element without the field counts as null'],
  [{ 'a.1': 1 }, [{ a: [9, 1] }, { a: [0, 2] }], 'a number selects an element'],
  [{ a: 1 }, [{ a: { x: 1 } }, { a: { x: 1, y: 0 } }, { a: { y: 0 } }, { a: { x: 'a' } }], 'objects entry by entry'],
  [{ a: 1 }, [{ a: [[1]] }, { a: [[1, 0]] }, { a: [[2]] }], 'arrays inside arrays element by element, then by length'],
]

/** Rows that are equal for a sort. */
export const tiedSortCases: readonly SortCase[] = [
  [{ a: 1 }, [{}, { a: null }], 'missing and null'],
  [
    { a: 1 },
    [
      { a: 1, b: 2 },
      { a: 1, b: 1 },
    ],
    'rows that differ elsewhere',
  ],
  [{}, [{ a: 1 }, { a: 2 }], 'no key'],
  [{ a: 1 }, [{ a: [1, 5] }, { a: 1 }], 'an array and its smallest element'],
  [{ 'a.b': 1 }, [{ a: [] }, {}], 'an empty array on the way has no field'],
]

/** Sorts that fail on rows: two keys lead into the same array. */
export const sharedArraySortCases: readonly SortCase[] = [
  [{ 'a.x': 1, 'a.y': 1 }, [{ a: [{ x: 1, y: 2 }] }, { a: [] }], 'two fields of the same elements'],
  [{ a: 1, 'a.x': 1 }, [{ a: [{ x: 1 }] }, { a: 1 }], 'an array and a field of its elements'],
]
