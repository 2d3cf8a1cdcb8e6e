import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import type { Logger } from '@stowage/core/driver'
import type { CommandContext } from '../command-context.ts'
import { type AimedFault, aimFault, applyFault } from './api-faults.ts'
import type { CommonServeOptions } from './common-options.ts'
import type { RunningApi, ServedApi, ServeRequest } from './served-api.ts'
import { openServedStorage } from './served-storage.ts'

/** An API that is to be served, and what was said of it alone. */
export interface ChosenApi extends Pick<ServeRequest, 'port' | 'token' | 'own'> {
  readonly api: ServedApi
}

/** Serves one storage through some APIs until the process is to stop. */
export async function serveUntilStopped(
  chosen: readonly ChosenApi[],
  options: CommonServeOptions,
  command: Command,
  context: CommandContext,
): Promise<void> {
  const tls = await readTls(options, command)
  const faults = await readFaults(options, chosen)
  // From here on a signal must find somebody to listen.
  const stopped = context.untilStopped()
  const { consoleLogger } = await import('@stowage/core/driver')
  const level = options.log === 'none' ? 'warn' : 'info'
  const logger = consoleLogger({ level, write: (line) => context.error(`${line}\n`) })
  const storage = await openServedStorage(options, context)
  const running: RunningApi[] = []
  try {
    const { host, allowRemote, grace } = options
    const request = { storage, host, tls, allowRemote, closeDeadlineMs: grace }
    for (const { api, ...own } of chosen) {
      const named = chosen.length === 1 ? logger : withName(logger, api.name)
      running.push(await api.start({ ...request, ...own, logger: named }))
    }
    putInForce(faults, chosen, running)
    announce(chosen, running, options, context)
    await stopped
    logger.info('stopping: requests that are being answered may finish')
  } finally {
    await Promise.all(running.map((one) => one.close()))
    await storage.close()
  }
}

async function readFaults({ fault }: CommonServeOptions, chosen: readonly ChosenApi[]): Promise<AimedFault[]> {
  if (fault.length === 0) return []
  const { closestName } = await import('stowage')
  const served = chosen.map(({ api }) => api)
  return fault.map((text) => aimFault(text, served, closestName))
}

function putInForce(faults: readonly AimedFault[], chosen: readonly ChosenApi[], running: readonly RunningApi[]): void {
  for (const { fault, apis } of faults) {
    for (const [at, one] of running.entries()) {
      if (apis.some((api) => api === chosen[at]?.api)) applyFault(one, fault)
    }
  }
}

/** Says of each line which API it is about. */
function withName(logger: Logger, api: string): Logger {
  return {
    debug: (message, fields) => logger.debug(message, { api, ...fields }),
    info: (message, fields) => logger.info(message, { api, ...fields }),
    warn: (message, fields) => logger.warn(message, { api, ...fields }),
    error: (message, fields) => logger.error(message, { api, ...fields }),
  }
}

function announce(
  chosen: readonly ChosenApi[],
  running: readonly RunningApi[],
  { json }: CommonServeOptions,
  { out }: CommandContext,
): void {
  for (const [at, { access, summary }] of running.entries()) {
    const api = chosen[at]?.api.name
    out(json ? `${JSON.stringify({ api, ...access })}\n` : `Serving ${api}: ${summary}\n`)
  }
}

async function readTls({ tlsCert, tlsKey }: CommonServeOptions, command: Command): Promise<ServeRequest['tls']> {
  if (tlsCert === undefined && tlsKey === undefined) return undefined
  if (tlsCert === undefined || tlsKey === undefined) {
    return command.error('error: --tls-cert and --tls-key go together: give both')
  }
  return { cert: await readPem(tlsCert, command), key: await readPem(tlsKey, command) }
}

async function readPem(file: string, command: Command): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    return command.error(`error: ${file} can't be read: ${error instanceof Error ? error.message : String(error)}`)
  }
}
