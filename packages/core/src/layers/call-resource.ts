import type { CopyFileRequest, FileRequest } from '../driver/file-driver.ts'
import type { DriverCall } from '../driver/operation.ts'

interface NamingRequest {
  readonly bucket?: string
  readonly table?: string
  readonly key?: string
  readonly id?: string
  readonly from?: CopyFileRequest['from']
  readonly to?: CopyFileRequest['to']
}

/** Names what a call works on, for example `in.c-main/customers`; undefined for calls about the whole storage. */
export function callResource(call: DriverCall): string | undefined {
  const { bucket, table, key, id, from, to } = call.request as NamingRequest
  if (from !== undefined && to !== undefined) return `${fileResource(from)} to ${fileResource(to)}`
  if (bucket === undefined) return id
  const name = table ?? key
  return name === undefined ? bucket : `${bucket}/${name}`
}

function fileResource({ bucket, key }: FileRequest): string {
  return `${bucket}/${key}`
}
