/** A text that somebody wrote, and what it is meant to be. */
export interface SourceText {
  readonly what: 'filter' | 'sort' | 'projection' | 'update'
  readonly text: string
}

/** Where one piece of a text stands. */
export interface PiecePlace {
  /** What it says, without quotes and escapes. */
  readonly piece: string
  readonly offset: number
}

/** Where the pieces of a text stand which errors may name. */
export interface TextPlaces {
  readonly keys: PiecePlace[]
  /** Text values and patterns. */
  readonly values: PiecePlace[]
}

/** A text as plain data, and where its pieces stand. */
export interface ParsedText {
  readonly value: unknown
  readonly places: TextPlaces
}

/** How deep objects and lists may be nested. */
export const maxTextDepth = 64
