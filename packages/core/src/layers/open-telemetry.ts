import { type DriverCall, interceptDriver, type Layer } from '../driver/operation.ts'
import type { StorageDriver } from '../driver/storage-driver.ts'
import type { TableRequest } from '../driver/table-driver.ts'
import { toStorageError } from '../errors/explain.ts'
import { redact } from '../errors/redaction.ts'
import { systemClock } from '../services/clock.ts'
import { callResource } from './call-resource.ts'
import { type CallReport, observeCall } from './observed-call.ts'
import { badOption, checkOptions } from './option-table.ts'

/** A value of a span's attribute. */
export type TelemetryValue = string | number | boolean

/** The part of an OpenTelemetry span that the layer uses. */
export interface TelemetrySpan {
  /** Sets an attribute. */
  setAttribute(name: string, value: TelemetryValue): unknown
  /** Sets the status; code 2 is an error. */
  setStatus(status: { code: 0 | 1 | 2; message?: string }): unknown
  /** Notes a failure. */
  recordException(failure: { name: string; message: string; stack?: string; code?: string }): void
  /** Ends the span. */
  end(): void
}

/** The part of an OpenTelemetry tracer that the layer uses; one of `@opentelemetry/api` fits. */
export interface TelemetryTracer {
  /** Begins a span, makes it the active one while `work` runs, and gives what that gives. */
  startActiveSpan<Result>(
    name: string,
    options: { kind: 2; attributes: Record<string, TelemetryValue> },
    work: (span: TelemetrySpan) => Result,
  ): Result
}

/** What {@link openTelemetryLayer} must be told. */
export interface OpenTelemetryOptions {
  /** Makes the spans, for example `trace.getTracer('my-app')` of `@opentelemetry/api`. */
  readonly tracer: TelemetryTracer
}

/**
 * Makes a layer that gives each call a span of kind client, active while the driver works, so that its HTTP requests hang below
 * it; a call that gives a body keeps its span until the body's end.
 *
 * The span is named `<operation> <bucket>[/<table>]`, without keys of files, which are too many. Its attributes are
 * `db.system.name` (`stowage.<backend>`), `db.operation.name`, `db.namespace` (the bucket), `db.collection.name` (the table),
 * `stowage.resource`, `stowage.operation.class`, then `stowage.requests`, `stowage.retries`, `stowage.bytes_sent`,
 * `stowage.bytes_received`; failures add `error.type` (the code), `http.response.status_code`, `stowage.request_id` and
 * `stowage.applied`. Rows, filters and credentials are never in it.
 */
export function openTelemetryLayer(options: OpenTelemetryOptions): Layer {
  checkOptions('openTelemetry', {}, options, ['tracer'])
  const { tracer } = options
  if (typeof tracer?.startActiveSpan !== 'function') {
    throw badOption('openTelemetry', 'tracer', 'be a tracer of @opentelemetry/api')
  }
  return (driver) =>
    interceptDriver(driver, (call, next) =>
      tracer.startActiveSpan(spanName(call), { kind: 2, attributes: attributesOf(driver, call) }, (span) =>
        observeCall(call, next, systemClock, (report) => finish(span, driver, call, report)),
      ),
    )
}

function spanName(call: DriverCall): string {
  const { bucket, table } = call.request as Partial<TableRequest>
  const target = table === undefined ? bucket : `${bucket}/${table}`
  return target === undefined ? call.operation : redact(`${call.operation} ${target}`)
}

function attributesOf(driver: StorageDriver, call: DriverCall): Record<string, TelemetryValue> {
  const { bucket, table } = call.request as Partial<TableRequest>
  return redact(
    defined({
      'db.system.name': `stowage.${driver.backend}`,
      'db.operation.name': call.operation,
      'db.namespace': bucket,
      'db.collection.name': table,
      'stowage.resource': callResource(call),
      'stowage.operation.class': call.operationClass,
    }),
  )
}

function finish(span: TelemetrySpan, driver: StorageDriver, call: DriverCall, { failure, added }: CallReport): void {
  setAll(span, {
    'stowage.requests': added.requests,
    'stowage.retries': added.retries,
    'stowage.bytes_sent': added.bytesSent,
    'stowage.bytes_received': added.bytesReceived,
  })
  if (failure !== undefined) finishFailed(span, driver, call, failure.error)
  span.end()
}

function finishFailed(span: TelemetrySpan, driver: StorageDriver, call: DriverCall, thrown: unknown): void {
  const { operation } = call
  const error = toStorageError(thrown, driver, { operation, resource: callResource(call) })
  const { name, message, code, stack, status, requestId, applied } = error
  setAll(
    span,
    defined({
      'error.type': code,
      'http.response.status_code': status,
      'stowage.request_id': requestId,
      'stowage.applied': applied,
    }),
  )
  span.recordException({ name, message, code, ...(stack === undefined ? {} : { stack }) })
  span.setStatus({ code: 2, message })
}

function setAll(span: TelemetrySpan, attributes: Record<string, TelemetryValue>): void {
  for (const [name, value] of Object.entries(attributes)) span.setAttribute(name, value)
}

function defined(attributes: Record<string, TelemetryValue | undefined>): Record<string, TelemetryValue> {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined)) as Record<
    string,
    TelemetryValue
  >
}
