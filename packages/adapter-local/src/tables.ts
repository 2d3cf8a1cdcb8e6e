import type { Page, TableInfo, WriteCounts } from '@stowage/core'
import type {
  CallContext,
  ChangedRowsRequest,
  CountRowsRequest,
  CreateTableRequest,
  DeleteRowsRequest,
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
  UpdateCounts,
  UpdateRowsRequest,
} from '@stowage/core/driver'
import { run } from './call.ts'
import type { Engine } from './engine/engine.ts'
import { loadRows } from './load-rows.ts'
import type { RunningLoads } from './running-loads.ts'

/** Tables of the embedded backend. Every query is wholly the backend's. */
export class LocalTables implements TableDriver {
  readonly #engine: Engine
  readonly #loads: RunningLoads

  constructor(engine: Engine, loads: RunningLoads) {
    this.#engine = engine
    this.#loads = loads
  }

  list(request: ListTablesRequest, call: CallContext): Promise<Page<TableInfo>> {
    return run(this.#engine, call, 'listTables', request)
  }

  get({ bucket, table }: TableRequest, call: CallContext): Promise<TableInfo> {
    return run(this.#engine, call, 'getTable', { bucket, table })
  }

  create(request: CreateTableRequest, call: CallContext): Promise<TableInfo> {
    return run(this.#engine, call, 'createTable', request)
  }

  drop({ bucket, table }: TableRequest, call: CallContext): Promise<void> {
    return run(this.#engine, call, 'dropTable', { bucket, table })
  }

  insert(request: InsertRowsRequest, call: CallContext): Promise<WriteCounts> {
    return run(this.#engine, call, 'insertRows', request)
  }

  load(request: LoadRowsRequest, call: CallContext): Promise<WriteCounts> {
    return loadRows(this.#engine, this.#loads, request, call)
  }

  plan(query: TableQuery, call: CallContext): Promise<QueryPlan> {
    return run(this.#engine, call, 'planQuery', query)
  }

  find(request: FindRowsRequest, call: CallContext): Promise<RowPage> {
    return run(this.#engine, call, 'findRows', request)
  }

  count(request: CountRowsRequest, call: CallContext): Promise<number> {
    return run(this.#engine, call, 'countRows', request)
  }

  update(request: UpdateRowsRequest, call: CallContext): Promise<UpdateCounts> {
    return run(this.#engine, call, 'updateRows', request)
  }

  delete(request: DeleteRowsRequest, call: CallContext): Promise<number> {
    return run(this.#engine, call, 'deleteRows', request)
  }

  changed({ changedSince, ...request }: ChangedRowsRequest, call: CallContext): Promise<RowPage> {
    return run(this.#engine, call, 'findRows', { ...request, changedSinceMs: changedSince.getTime() })
  }

  setPrimaryKey(request: SetPrimaryKeyRequest, call: CallContext): Promise<TableInfo> {
    return run(this.#engine, call, 'setPrimaryKey', request)
  }
}
