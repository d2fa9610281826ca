// Judges what Postgres and Redis say of themselves by what a sale rests on.

import type { DatabaseFacts, RedisFacts } from '../../actors/ports/storage-facts.ts'
import { type Finding, finding, mend, note } from './finding.ts'

const VERSIONS = { least: 15, most: 18 } as const
const CLOCK_DIFFERENCE_MAX_MS = 2_000
const REDIS_MAJOR_MIN = 6
const REDIS_TRIP_MAX_MS = 5

/** `connections` are those one service opens; `hereMs` is this machine's clock at the same time. */
export function judgeDatabase(
  facts: DatabaseFacts,
  connections: number,
  hereMs: number,
): Finding[] {
  const major = Math.floor(facts.versionNumber / 10_000)
  const free = facts.maxConnections - facts.usedConnections
  const known = major >= VERSIONS.least && major <= VERSIONS.most
  return [
    finding('database', known, `PostgreSQL ${major}`, {
      state: major < VERSIONS.least ? 'mend' : 'note',
      advice: `Holdfast is tested on ${VERSIONS.least} to ${VERSIONS.most}: use one of them.`,
    }),
    ...judgeDurability(facts),
    finding('database', !facts.inRecovery, facts.inRecovery ? 'a standby' : 'a primary', {
      state: 'mend',
      advice: 'A standby takes no writes, so nothing can be sold: name the primary.',
    }),
    finding(
      'database',
      free >= connections,
      `${free} of ${facts.maxConnections} connections free`,
      {
        state: 'mend',
        advice: `One service opens ${connections}: raise max_connections, or close other clients.`,
      },
    ),
    finding('database', facts.autovacuum === 'on', `autovacuum ${facts.autovacuum}`, {
      state: 'mend',
      advice: 'Tables that change a lot get slower during a sale: turn autovacuum on.',
    }),
    finding('database', facts.keepsSession, 'a session of its own for each connection', {
      state: 'mend',
      advice: 'A pooler shares sessions between statements; use its session mode, or none.',
    }),
    judgeClock('database', facts.nowMs, hereMs),
    judgeReplication(facts),
  ]
}

function judgeDurability({ fsync, synchronousCommit, fullPageWrites }: DatabaseFacts): Finding[] {
  const committed = ['on', 'remote_write', 'remote_apply'].includes(synchronousCommit)
  return [
    finding('database', fsync === 'on', `fsync ${fsync}`, {
      state: 'mend',
      advice: 'A power cut can lose or break sales that buyers were told of: set fsync = on.',
    }),
    finding('database', committed, `synchronous_commit ${synchronousCommit}`, {
      state: 'mend',
      advice: 'A crash can lose sales that buyers were told of: set synchronous_commit = on.',
    }),
    finding('database', fullPageWrites === 'on', `full_page_writes ${fullPageWrites}`, {
      state: 'mend',
      advice: 'A power cut can leave half-written pages: set full_page_writes = on.',
    }),
  ]
}

function judgeReplication({ standbys, standbysWaitedFor }: DatabaseFacts): Finding {
  if (standbys === 0) {
    const advice = 'What is lost with its disk is lost: keep a standby, or archive the log.'
    return note('database', 'no standby', advice)
  }
  if (standbysWaitedFor !== '') {
    return finding('database', true, `${standbys} standbys, waited for`, {
      state: 'note',
      advice: '',
    })
  }
  const advice = 'A failover may lose the last moments of a sale: set synchronous_standby_names.'
  return note('database', `${standbys} standbys, none waited for`, advice)
}

export function judgeRedis(facts: RedisFacts, hereMs: number): Finding[] {
  const { version, appendOnly, roundTripMs } = facts
  return [
    finding('redis', Number.parseInt(version, 10) >= REDIS_MAJOR_MIN, `Redis ${version}`, {
      state: 'mend',
      advice: `Holdfast needs Redis ${REDIS_MAJOR_MIN} or newer.`,
    }),
    judgeEviction(facts),
    finding('redis', appendOnly, appendOnly ? 'append-only file on' : 'no append-only file', {
      state: 'note',
      advice: 'Carts are gone after a restart of Redis: set appendonly yes to keep them.',
    }),
    finding('redis', roundTripMs <= REDIS_TRIP_MAX_MS, `answers in ${roundTripMs.toFixed(1)} ms`, {
      state: 'note',
      advice: 'Every cart waits that long: bring Redis nearer, or find what keeps it busy.',
    }),
    judgeClock('redis', facts.nowMs, hereMs),
  ]
}

function judgeEviction({ maxmemoryPolicy, maxmemoryBytes }: RedisFacts): Finding {
  if (maxmemoryPolicy === null) {
    return note(
      'redis',
      'maxmemory-policy is not told',
      'See that it is noeviction: else carts go.',
    )
  }
  const seen = `maxmemory-policy ${maxmemoryPolicy}`
  if (maxmemoryPolicy === 'noeviction') return finding('redis', true, seen, NOTHING)
  const limit = maxmemoryBytes === 0 ? ' once maxmemory is set' : ''
  // Carts have an end of their own, so volatile policies drop them as well.
  const advice = `It drops carts when its memory is full${limit}: set maxmemory-policy noeviction.`
  return mend('redis', seen, advice)
}

const NOTHING = { state: 'note', advice: '' } as const

function judgeClock(part: 'database' | 'redis', thereMs: number, hereMs: number): Finding {
  const differenceMs = Math.round(thereMs - hereMs)
  const isNear = Math.abs(differenceMs) <= CLOCK_DIFFERENCE_MAX_MS
  return finding(part, isNear, `clock ${differenceMs} ms from this machine's`, {
    state: 'mend',
    advice: 'Holds end by the clock of the database, tokens by this one: set both by NTP.',
  })
}
