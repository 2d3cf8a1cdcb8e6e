import { inspect } from 'node:util'
import type { JobInfo } from '@stowage/core'
import {
  type DriverCall,
  interceptDriver,
  type LoadRowsRequest,
  type NextCall,
  type OperationName,
  type StorageDriver,
  StorageError,
} from '@stowage/core/driver'
import { changeRequests, changeResults, freeCall, type Mutant, replace } from './mutant.ts'

/** The credential that the drivers of these tests are said to be made with. */
export const secret = 'xq7-credential-of-the-tests-42'

/** Lies about failures, aborts, repeats and jobs. */
export const failureMutants: readonly Mutant[] = [
  {
    name: 'failures are plain errors',
    breaks: 'What went wrong is not mapped to a code.',
    caughtBy: ['errors/missing-table-insert'],
    make: (driver) => changeFailures(driver, (error) => new Error(error.message)),
  },
  {
    name: 'what is not there is not permitted',
    breaks: 'Not-found is mapped to permission-denied, as services answer that hide what is there.',
    caughtBy: ['errors/missing-table-insert', 'files/missing-stat'],
    make: (driver) => recode(driver, 'not-found', 'permission-denied'),
  },
  {
    name: 'what is there already is a conflict',
    breaks: 'Both are 409.',
    caughtBy: ['buckets/create-twice', 'tables/create-twice'],
    make: (driver) => recode(driver, 'already-exists', 'conflict'),
  },
  {
    name: 'mistakes of the caller are failures of the service',
    breaks: 'A 400 is mapped to unavailable, and so is tried again.',
    caughtBy: ['errors/verdict', 'inserts/bad-row'],
    make: (driver) => recode(driver, 'invalid-argument', 'unavailable'),
  },
  {
    name: 'too many requests is a failure of the service',
    breaks: 'A 429 is mapped to unavailable, without what it says of waiting.',
    caughtBy: ['errors/rate-limited'],
    make: (driver) =>
      changeFailures(driver, (error) =>
        error.code === 'rate-limited' ? new StorageError({ code: 'unavailable', message: error.message }) : error,
      ),
  },
  {
    name: 'how long to wait is lost',
    breaks: '`Retry-After` is not read.',
    caughtBy: ['errors/rate-limited'],
    make: (driver) =>
      changeFailures(
        driver,
        (error) => new StorageError({ code: error.code, message: error.message, applied: error.applied }),
      ),
  },
  {
    name: 'messages show the credential',
    breaks: 'The request is quoted with its headers.',
    caughtBy: ['errors/secret-of-failures'],
    make: (driver) =>
      changeFailures(driver, (error) => new Error(`${error.message} (headers: ${inspect({ 'x-key': secret })})`)),
  },
  {
    name: 'details show the credential',
    breaks: 'The options of the driver go into them.',
    caughtBy: ['errors/secret-of-failures'],
    make: (driver) =>
      changeFailures(
        driver,
        ({ code, message }) => new StorageError({ code, message, details: { client: { login: secret } } }),
      ),
  },
  {
    name: 'the abort signal is ignored',
    breaks: 'A call goes on, and succeeds, after its caller has given up.',
    caughtBy: ['transfers/load-aborted'],
    make: (driver) =>
      interceptDriver(driver, (call, next) =>
        next({ ...call, context: { ...call.context, signal: freeCall().signal } }),
      ),
  },
  {
    name: 'an aborted load goes on in the background',
    breaks: 'Its caller hears of the abort at once, and the rows come later.',
    caughtBy: ['loads/aborted-for-good'],
    make: (driver) => finishInBackground(driver),
  },
  {
    name: 'failures of reading are empty answers',
    breaks: 'A page that can not be fetched has no rows.',
    caughtBy: ['errors/find-breaks'],
    make: (driver) =>
      replace(driver, 'tables.find', (find) => async (request, call) => {
        try {
          return await find(request, call)
        } catch (error) {
          if (!StorageError.is(error, 'unavailable')) throw error
          return { batch: { columns: [], rows: [] }, nextPageToken: undefined }
        }
      }),
  },
  {
    name: 'a write that failed is reported as done',
    breaks: 'An answer of 503 is only logged.',
    caughtBy: ['errors/write-refused'],
    make: (driver) =>
      replace(driver, 'tables.insert', (insert) => async (request, call) => {
        try {
          return await insert(request, call)
        } catch (error) {
          if (!StorageError.is(error, 'unavailable')) throw error
          return { inserted: request.batch.rows.length, updated: 0, ids: undefined }
        }
      }),
  },
  {
    name: 'an append is sent again when its answer is lost',
    breaks: 'The driver repeats every failed call by itself.',
    caughtBy: ['retries/append-lost'],
    make: (driver) => repeatFailed(driver, ['tables.insert']),
  },
  {
    name: 'an update is sent again when its answer is lost',
    breaks: 'The driver repeats every failed call by itself.',
    caughtBy: ['retries/increment-lost', 'retries/push-lost'],
    make: (driver) => repeatFailed(driver, ['tables.update']),
  },
  {
    name: 'a limited delete is sent again when its answer is lost',
    breaks: 'The driver repeats every failed call by itself.',
    caughtBy: ['retries/delete-limit-lost'],
    make: (driver) => repeatFailed(driver, ['tables.delete']),
  },
  {
    name: 'a write whose answer was lost was not applied',
    breaks: 'The error says `applied: no`, so the layer sends it again.',
    caughtBy: ['retries/append-lost'],
    make: (driver) =>
      changeFailures(driver, (error) =>
        error.applied === 'unknown'
          ? new StorageError({ code: error.code, message: error.message, applied: 'no', retryable: true })
          : error,
      ),
  },
  {
    name: 'failures that may pass are final',
    breaks: '`retryable` is false throughout, so nothing is tried again.',
    caughtBy: ['retries/count'],
    make: (driver) =>
      changeFailures(
        driver,
        (error) => new StorageError({ code: error.code, message: error.message, retryable: false }),
      ),
  },
  {
    name: 'a job never ends',
    breaks: 'Its state is that of when it was created.',
    caughtBy: ['jobs/facts'],
    make: (driver) =>
      changeResults(driver, ['jobs.get'], (job: JobInfo) => ({ ...job, status: 'processing', result: undefined })),
  },
  {
    name: 'a job that is not there has succeeded',
    breaks: 'An unknown id is taken for one that was tidied away.',
    caughtBy: ['jobs/unknown'],
    make: (driver) =>
      replace(driver, 'jobs.get', (get) => async (request, call) => {
        try {
          return await get(request, call)
        } catch {
          return succeeded(request.id)
        }
      }),
  },
  {
    name: 'a job that failed has succeeded',
    breaks: 'Every state that is final counts as success.',
    caughtBy: ['jobs/ends-failed'],
    make: (driver) =>
      changeResults(driver, ['jobs.get'], (job: JobInfo) =>
        ['failed', 'cancelled', 'terminated'].includes(job.status) ? { ...job, status: 'succeeded' } : job,
      ),
  },
  {
    name: 'a job that ended can still be cancelled',
    breaks: 'It says so, whatever became of the job.',
    caughtBy: ['jobs/cancel-ended'],
    make: (driver) => changeResults(driver, ['jobs.cancel'], (job: JobInfo) => ({ ...job, status: 'cancelled' })),
  },
  {
    name: 'a job that goes on is said to be cancelled',
    breaks: 'The request is only noted, and the work is done all the same.',
    caughtBy: ['jobs/cancel'],
    make: (driver) => pretendToCancel(driver),
  },
  {
    name: 'a load does not name its job',
    breaks: 'The id is kept to itself.',
    caughtBy: ['jobs/named'],
    make: (driver) =>
      changeRequests(driver, ['tables.load'], (request: LoadRowsRequest) => ({ ...request, onJob: () => undefined })),
  },
  {
    name: 'a load reports its progress twice',
    breaks: 'Sums are reported where each batch was, so more rows are done than there are.',
    caughtBy: ['transfers/load'],
    make: (driver) =>
      changeRequests(driver, ['tables.load'], (request: LoadRowsRequest) => ({
        ...request,
        onProgress: (rows: number) => request.onProgress(2 * rows),
      })),
  },
]

type Failed = (error: StorageError) => Error

function changeFailures(driver: StorageDriver, change: Failed): StorageDriver {
  return interceptDriver(driver, async (call, next) => {
    try {
      return await next(call)
    } catch (error) {
      throw StorageError.is(error) ? change(error) : error
    }
  })
}

function recode(driver: StorageDriver, from: StorageError['code'], to: StorageError['code']): StorageDriver {
  return changeFailures(driver, (error) =>
    error.code === from ? new StorageError({ code: to, message: error.message, details: error.details }) : error,
  )
}

function repeatFailed(driver: StorageDriver, operations: readonly OperationName[]): StorageDriver {
  return interceptDriver(driver, async (call: DriverCall, next: NextCall) => {
    if (!operations.includes(call.operation)) return next(call)
    try {
      return await next(call)
    } catch (error) {
      if (StorageError.is(error, 'unavailable') || StorageError.is(error, 'outcome-unknown')) return next(call)
      throw error
    }
  })
}

function finishInBackground(driver: StorageDriver): StorageDriver {
  return replace(driver, 'tables.load', (load) => (request, call) => {
    const { promise, reject } = Promise.withResolvers<never>()
    const stop = (): void => reject(call.signal.reason as Error)
    call.signal.addEventListener('abort', stop, { once: true })
    const batches = untilFailure(request.batches)
    const work = load({ ...request, batches }, { ...call, signal: freeCall().signal })
    return Promise.race([work.finally(() => call.signal.removeEventListener('abort', stop)), promise])
  })
}

async function* untilFailure(
  batches: LoadRowsRequest['batches'],
): AsyncGenerator<LoadRowsRequest['batches'] extends AsyncIterable<infer Batch> ? Batch : never> {
  try {
    yield* batches
  } catch {
    // The rows that came are loaded all the same.
  }
}

function succeeded(id: string): JobInfo {
  const instant = new Date(0)
  const facts = { operation: 'tables.load', resource: '', result: {}, reason: undefined }
  return { id, status: 'succeeded', ...facts, createdAt: instant, endedAt: instant }
}

function pretendToCancel(driver: StorageDriver): StorageDriver {
  const cancelled = new Set<string>()
  const end = (job: JobInfo): JobInfo =>
    cancelled.has(job.id) ? { ...job, status: 'cancelled', result: undefined, endedAt: job.endedAt ?? new Date() } : job
  const looking = replace(driver, 'jobs.get', (get) => async (request, call) => end(await get(request, call)))
  return replace(looking, 'jobs.cancel', () => async (request, call) => {
    const job = (await driver.jobs?.get(request, call)) as JobInfo
    if (job.status === 'waiting' || job.status === 'processing') cancelled.add(job.id)
    return end(job)
  })
}
