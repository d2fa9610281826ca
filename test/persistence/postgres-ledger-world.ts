// A ledger in a database of its own, with the hands that tests need in it: a second connection that
// holds locks, and eyes for who waits for one.

import pg from 'pg'
import type { Sku } from '../../actors/domain/ids.ts'
import type { ShardTable } from '../../actors/ports/ledger.ts'
import type { LedgerStore } from '../../persistence/ledger-with-group-commit.ts'
import { openPool, type Pool } from '../../persistence/postgres/connect.ts'
import type { Statement } from '../../persistence/postgres/load-sql.ts'
import { postgresLedger, postgresShardTable } from '../../persistence/postgres/postgres-ledger.ts'
import { until } from '../support/until.ts'

const WAIT_MAX_MS = 10_000

export interface LedgerWorld {
  /** Another process's ledger on this database: a writer connection of its own. */
  open(options?: { readonly statement?: Statement; readonly url?: string }): LedgerStore
  readonly shards: ShardTable
  /** A connection for the test itself. */
  readonly hand: pg.Client
  /** Resolves once a writer waits for a lock, with the process id of its server side. */
  blockedWriter(): Promise<number>
  /** Resolves once a takeover waits for a lock. */
  blockedTakeover(): Promise<number>
  close(): Promise<void>
}

export async function openLedgerWorld(url: string): Promise<LedgerWorld> {
  const pools: Pool[] = []
  const pool = (name: string, at = url) => {
    const opened = openPool(at, { queryTimeoutMs: 10_000, connectionsMax: 1, name }, () => {})
    pools.push(opened)
    return opened
  }
  const reader = openPool(
    url,
    { queryTimeoutMs: 10_000, connectionsMax: 2, name: 'reader' },
    () => {},
  )
  pools.push(reader)
  const hand = new pg.Client({ connectionString: url })
  await hand.connect()
  const eyes = new pg.Client({ connectionString: url })
  await eyes.connect()

  async function blocked(name: string): Promise<number> {
    let pid: number | undefined
    await until(
      `${name} waits for a lock`,
      async () => {
        const { rows } = await eyes.query<{ pid: number }>(
          `select pid from pg_stat_activity where datname = current_database()
            and application_name = $1 and wait_event_type = 'Lock'`,
          [`holdfast-${name}`],
        )
        pid = rows[0]?.pid
        return pid !== undefined
      },
      WAIT_MAX_MS,
    )
    return pid ?? 0
  }

  return {
    open: ({ statement, url: at } = {}) =>
      postgresLedger(pool('writer', at), reader, reader, statement),
    shards: postgresShardTable(pool('takeover')),
    hand,
    blockedWriter: () => blocked('writer'),
    blockedTakeover: () => blocked('takeover'),
    async close() {
      await Promise.all(pools.map((each) => each.end()))
      await Promise.all([hand.end(), eyes.end()])
    },
  }
}

/**
 * Keeps the first append of a SKU in the middle of its insert, behind an uncommitted entry of the
 * same place, until the returned function takes that entry away.
 */
export async function holdUpAppends({ hand }: LedgerWorld, sku: Sku): Promise<() => Promise<void>> {
  await hand.query('begin')
  await hand.query(
    `insert into ledger_entry (epoch, at, seq, quantity, received, available, held, sold, kind,
        shard, sku, prev_hash, hash)
     values (1, now(), 1, 1, 1, 1, 0, 0, 'receive', 1, $1, sha256('a'), sha256('b'))`,
    [sku],
  )
  return async () => {
    await hand.query('rollback')
  }
}
