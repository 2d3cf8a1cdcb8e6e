/**
 * Stowage adapter and TypeScript client of Keboola Storage.
 *
 * @module
 */
export {}
