import type { Page, TableInfo, WriteCounts } from '@stowage/core'
import type {
  CallContext,
  ChangedRowsRequest,
  CountRowsRequest,
  CreateTableRequest,
  DeleteRowsRequest,
  ExportCsvRequest,
  FindRowsRequest,
  InsertRowsRequest,
  ListTablesRequest,
  LoadRowsRequest,
  QueryPlan,
  RowPage,
  SetPrimaryKeyRequest,
  TableDriver,
  TableQuery,
  TableRequest,
} from '@stowage/core/driver'
import type { RowDeleter } from './delete-rows.ts'
import type { RowFinder } from './find.ts'
import type { RowLoader } from './load.ts'
import type { TableAdmin } from './table-admin.ts'

/** What tables are worked with. */
export interface TableParts {
  /** Tables as such. */
  readonly admin: TableAdmin
  /** Writes rows. */
  readonly loader: RowLoader
  /** Finds rows. */
  readonly finder: RowFinder
  /** Deletes rows. */
  readonly deleter: RowDeleter
}

/** Tables, as the driver has them. Updates are core's: it exports, changes and upserts. */
export class KeboolaTables implements Partial<TableDriver> {
  readonly #parts: TableParts

  constructor(parts: TableParts) {
    this.#parts = parts
  }

  list(request: ListTablesRequest, call: CallContext): Promise<Page<TableInfo>> {
    return this.#parts.admin.list(request, call)
  }

  get(request: TableRequest, call: CallContext): Promise<TableInfo> {
    return this.#parts.admin.get(request, call)
  }

  create(request: CreateTableRequest, call: CallContext): Promise<TableInfo> {
    return this.#parts.admin.create(request, call)
  }

  drop(request: TableRequest, call: CallContext): Promise<void> {
    return this.#parts.admin.drop(request, call)
  }

  insert(request: InsertRowsRequest, call: CallContext): Promise<WriteCounts> {
    return this.#parts.loader.insert(request, call)
  }

  load(request: LoadRowsRequest, call: CallContext): Promise<WriteCounts> {
    return this.#parts.loader.load(request, call)
  }

  plan(query: TableQuery, call: CallContext): Promise<QueryPlan> {
    return this.#parts.finder.plan(query, call)
  }

  find(request: FindRowsRequest, call: CallContext): Promise<RowPage> {
    return this.#parts.finder.find(request, call)
  }

  changed(request: ChangedRowsRequest, call: CallContext): Promise<RowPage> {
    return this.#parts.finder.find(request, call)
  }

  count(request: CountRowsRequest, call: CallContext): Promise<number> {
    return this.#parts.finder.count(request, call)
  }

  delete(request: DeleteRowsRequest, call: CallContext): Promise<number> {
    return this.#parts.deleter.delete(request, call)
  }

  setPrimaryKey(request: SetPrimaryKeyRequest, call: CallContext): Promise<TableInfo> {
    return this.#parts.admin.setPrimaryKey(request, call)
  }

  exportCsv(request: ExportCsvRequest, call: CallContext): Promise<AsyncIterable<Uint8Array>> {
    return this.#parts.finder.exportCsv(request, call)
  }
}
