export const tableCommands = {}
