/** Serves the storage; what served it until now stops first, as in a restart. */
export type Serve<Gateway> = () => Promise<Gateway>
