/**
 * Filters, sorts and projections written by people as text.
 *
 * @module
 */
export {}
