export const jobCommands = {}
