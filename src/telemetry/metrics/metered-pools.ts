// Shows what the pools of database connections do: how many are open and busy, who waits for one,
// and how long each is kept.

import type { Meters } from './meters.ts'
import { POOLS, type PoolName } from './metric-table.ts'
import { secondsSince } from './seconds-since.ts'

/** The part of a pool that is looked at. */
export interface WatchedPool {
  readonly totalCount: number
  readonly idleCount: number
  readonly waitingCount: number
  on(event: 'acquire', heard: (client: object) => void): unknown
  on(event: 'release', heard: (error: Error, client: object) => void): unknown
}

export function watchPools(pools: Readonly<Record<PoolName, WatchedPool>>, meters: Meters): void {
  meters.gauge('db_client_connection_count', () =>
    POOLS.flatMap((pool) => {
      const { totalCount, idleCount } = pools[pool]
      return [
        [{ pool, state: 'idle' }, idleCount],
        [{ pool, state: 'used' }, totalCount - idleCount],
      ] as const
    }),
  )
  meters.gauge('db_client_connection_pending_requests', () =>
    POOLS.map((pool) => [{ pool }, pools[pool].waitingCount] as const),
  )
  for (const pool of POOLS) timeUse(pool, pools[pool], meters)
}

function timeUse(name: PoolName, pool: WatchedPool, meters: Meters): void {
  const sinceMs = new WeakMap<object, number>()
  pool.on('acquire', (client) => sinceMs.set(client, performance.now()))
  pool.on('release', (_error, client) => {
    const startedMs = sinceMs.get(client)
    if (startedMs === undefined) return
    const seconds = secondsSince(startedMs)
    meters.observe('db_client_connection_use_time_seconds', seconds, { pool: name })
  })
}
