// Empties the Redis of a run, as an operator's slip or a failover to an empty replica would.

import { Redis } from 'ioredis'

const ANSWER_WITHIN_MS = 10_000

export interface FlushableRedis {
  /** A URL, or the path of a socket. */
  readonly url: string
  /** False: it is somebody's server, and only the database that its URL names is emptied. */
  readonly isOurs: boolean
}

/** Resolves when everything in it is gone; rejects when it does not answer. */
export async function flushRedis({ url, isOurs }: FlushableRedis): Promise<void> {
  const client = new Redis(url, {
    lazyConnect: true,
    retryStrategy: () => null,
    commandTimeout: ANSWER_WITHIN_MS,
  })
  client.on('error', () => {})
  try {
    await client.connect()
    await (isOurs ? client.flushall() : client.flushdb())
  } finally {
    client.disconnect()
  }
}
