import { Option } from 'commander'
import { readPort } from './port.ts'
import type { OwnOption } from './served-api.ts'

/** Makes the option for a port. The prefix stands before its name. */
export function portOption(prefix = ''): Option {
  return new Option(`--${prefix}port <port>`, 'the port, 0 for a free one').argParser(readPort).default(0)
}

/** Makes the option for a token. */
export function tokenOption(prefix = ''): Option {
  return new Option(`--${prefix}token <token>`, "the token clients use (default: the API's sample)")
}

/** Makes an option that one API has. */
export function ownOption({ name, value, description, preset, choices, parse }: OwnOption, prefix = ''): Option {
  const option = new Option(`--${prefix}${name} <${value}>`, description)
  if (choices !== undefined) option.choices(choices)
  if (parse !== undefined) option.argParser(parse)
  return option.default(preset)
}
