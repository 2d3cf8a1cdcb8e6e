export const fileCommands = {}
