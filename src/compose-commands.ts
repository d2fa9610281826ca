// Builds what commands and measurements need of the shop: storage looked at, prepared or measured,
// with nobody selling from here.

import type { CatalogueImport, ImportTerms } from '../actors/ports/catalogue-import.ts'
import type { CloseLook } from '../actors/ports/close-look.ts'
import { openDatabase } from '../persistence/postgres/database.ts'
import { assertDurable, type Durability } from '../persistence/postgres/durability.ts'
import { migrate, statusOfMigrations } from '../persistence/postgres/migrate.ts'
import { postgresAuditSource } from '../persistence/postgres/postgres-audit-source.ts'
import { postgresCatalogue } from '../persistence/postgres/postgres-catalogue.ts'
import { openPostgresImport } from '../persistence/postgres/postgres-catalogue-import.ts'
import { postgresCloseLook } from '../persistence/postgres/postgres-close-look.ts'
import { postgresFacts } from '../persistence/postgres/postgres-facts.ts'
import { redisFacts } from '../persistence/redis/redis-facts.ts'
import { runAudit } from './audit/audit.ts'
import { simulatorBooks } from './audit/gateway-books.ts'
import type { AuditReport } from './audit/report.ts'
import { composeStock, type Settings, type Stock } from './compose.ts'
import { LIMITS } from './limits.ts'
import type { Log } from './telemetry/log.ts'
import { openTelemetry, QUIET_TELEMETRY } from './telemetry/telemetry.ts'

/** Checks every invariant that storage and the gateway's books can show. */
export async function composeAudit(
  settings: Pick<Settings, 'databaseUrl'> & {
    readonly booksUrl: string | null
    /** How long the gateway's books may take to come; nobody waits for long at an HTTP request. */
    readonly booksTimeoutMs?: number
  },
  onProgress: Parameters<typeof runAudit>[0]['onProgress'],
): Promise<AuditReport> {
  const limits = {
    sharedConnectionsMax: 2,
    pageConnectionsMax: 1,
    recoveryConnectionsMax: 1,
    checkpointConnectionsMax: 1,
    queryTimeoutMs: LIMITS.auditQueryTimeoutMs,
  }
  const database = await openDatabase(settings.databaseUrl, limits, () => {})
  try {
    const source = postgresAuditSource(database.shared)
    const { booksUrl, booksTimeoutMs } = settings
    const books = booksUrl === null ? null : simulatorBooks(booksUrl, booksTimeoutMs)
    return await runAudit({ source, books, onProgress })
  } finally {
    await database.close()
  }
}

export interface BenchStock extends Stock {
  readonly durability: Durability
  close(): Promise<void>
}

/** Only stock and its ledger, for measuring them; throws when commits would not be durable. */
export async function composeBenchStock(
  databaseUrl: string,
  batchMax: number,
  log: Log,
): Promise<BenchStock> {
  const database = await openDatabase(databaseUrl, LIMITS, () => {})
  const durability = await assertDurable(database.shared)
  const onFenced = () => log.error('another process took the shards over: the run is void')
  // As in the service, so that what is measured here has the cost it has there.
  const listeners = { log, onFenced, telemetry: openTelemetry(QUIET_TELEMETRY, LIMITS, log) }
  const stock = await composeStock(database, `bench-${process.pid}`, listeners, null, batchMax)
  return {
    ...stock,
    durability,
    async close() {
      await stock.skus.drain()
      stock.system.stop()
      await database.close()
    },
  }
}

/** Brings a database to this version's schema; answers the names of the migrations applied. */
export const migrateDatabase = migrate

/** Which migrations of this version a database has, and which not; changes nothing. */
export const migrationStatus = statusOfMigrations

/** Brings catalogue files into a database. `close` comes after the last import. */
export async function composeImport(databaseUrl: string): Promise<{
  open(terms: ImportTerms): Promise<CatalogueImport>
  /** True when no product was ever put. */
  isEmpty(): Promise<boolean>
  close(): Promise<void>
}> {
  const limits = {
    sharedConnectionsMax: 1,
    pageConnectionsMax: 1,
    recoveryConnectionsMax: 1,
    checkpointConnectionsMax: 1,
    queryTimeoutMs: LIMITS.importQueryTimeoutMs,
  }
  const database = await openDatabase(databaseUrl, limits, () => {})
  return {
    open: (terms) => openPostgresImport(database.shared, terms, LIMITS.importPatienceMs),
    isEmpty: postgresCatalogue(database.shared).isEmpty,
    close: database.close,
  }
}

/** One close look into a database, read-only; opens and closes its own connections. */
export async function lookClosely<Look>(
  databaseUrl: string,
  look: (at: CloseLook) => Promise<Look>,
): Promise<Look> {
  const limits = {
    sharedConnectionsMax: 2,
    pageConnectionsMax: 1,
    recoveryConnectionsMax: 1,
    checkpointConnectionsMax: 1,
    queryTimeoutMs: LIMITS.lookQueryTimeoutMs,
  }
  const database = await openDatabase(databaseUrl, limits, () => {})
  try {
    return await look(postgresCloseLook(database.shared))
  } finally {
    await database.close()
  }
}

/** What storage says of itself. */
export const databaseFacts = postgresFacts
export const redisFactsOf = redisFacts

/** Connections to Postgres that one service opens. */
export function serviceConnections(): number {
  const { sharedConnectionsMax, pageConnectionsMax } = LIMITS
  const { recoveryConnectionsMax, checkpointConnectionsMax } = LIMITS
  const writers = 2
  const reads = sharedConnectionsMax + pageConnectionsMax + recoveryConnectionsMax
  return writers + reads + checkpointConnectionsMax
}
