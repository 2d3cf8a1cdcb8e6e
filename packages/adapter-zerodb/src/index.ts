/**
 * Stowage adapter and TypeScript client of the ZeroDB Tables API.
 *
 * @module
 */
export {}
