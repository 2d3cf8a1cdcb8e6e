export const bucketCommands = {}
