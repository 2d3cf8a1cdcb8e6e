import fc from 'fast-check'

/** Characters of all kinds, control characters and those beyond UTF-16's first plane included. */
export const anyCharacter: fc.Arbitrary<string> = fc
  .oneof(
    fc.integer({ min: 0, max: 0x7f }),
    fc.integer({ min: 0x80, max: 0xd7ff }),
    fc.integer({ min: 0xe000, max: 0xffff }),
    fc.integer({ min: 0x10000, max: 0x10ffff }),
  )
  .map((point) => String.fromCodePoint(point))

/** Texts of them. */
export const anyText: fc.Arbitrary<string> = fc.string({ unit: anyCharacter })
