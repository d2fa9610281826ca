// What a Redis says of itself.

import { Redis } from 'ioredis'
import type { RedisFacts } from '../../actors/ports/storage-facts.ts'

const PINGS = 5

/** Throws when the server cannot be asked. */
export async function redisFacts(url: string, timeoutMs: number): Promise<RedisFacts> {
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  })
  let reason: unknown = null
  client.on('error', (error) => {
    reason = error
  })
  try {
    await client.connect().catch((error: unknown) => {
      throw reason ?? error
    })
    const info = fieldsOf(await client.info())
    const [seconds = 0, micros = 0] = (await client.time()).map(Number)
    const trips: number[] = []
    for (let ping = 0; ping < PINGS; ping += 1) {
      const startedMs = performance.now()
      await client.ping()
      trips.push(performance.now() - startedMs)
    }
    return {
      version: info.get('redis_version') ?? 'unknown',
      maxmemoryPolicy: info.get('maxmemory_policy') ?? null,
      maxmemoryBytes: Number(info.get('maxmemory') ?? 0),
      appendOnly: info.get('aof_enabled') === '1',
      nowMs: seconds * 1_000 + Math.floor(micros / 1_000),
      roundTripMs: trips.sort((left, right) => left - right)[Math.floor(PINGS / 2)] ?? 0,
    }
  } finally {
    client.disconnect()
  }
}

function fieldsOf(info: string): ReadonlyMap<string, string> {
  const pairs = info.split('\r\n').map((line) => line.split(':'))
  return new Map(pairs.map(([name = '', ...value]) => [name, value.join(':')]))
}
