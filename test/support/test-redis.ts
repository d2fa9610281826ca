// A part of the Redis key space for each test file: everything under its own prefix, which is all
// that is ever deleted.

import { Redis } from 'ioredis'
import { testResourceName } from './test-resource-name.ts'

const FALLBACK_URL = 'redis://127.0.0.1:6379'
const KEYS_PER_SCAN = 500

export interface TestRedis {
  readonly url: string
  /** Begins every key of this test file. */
  readonly keyPrefix: string
  /** Deletes the keys under the prefix. */
  close(): Promise<void>
}

/** Opens one for the test file `import.meta.url`; null when there is no Redis to test with. */
export async function openTestRedis(fileUrl: string): Promise<TestRedis | null> {
  const url = await testServerUrl()
  if (url === null) return null
  const keyPrefix = `holdfast_test:${testResourceName(fileUrl)}:`
  return { url, keyPrefix, close: () => deleteUnder(url, keyPrefix) }
}

/** TEST_REDIS_URL; without the runner, a server on the usual port when one answers. */
async function testServerUrl(): Promise<string | null> {
  const named = process.env.TEST_REDIS_URL
  if (named !== undefined && named !== '') return named
  if (!(await answers(FALLBACK_URL))) return null
  console.error(`TEST_REDIS_URL is not set: using ${FALLBACK_URL}`)
  return FALLBACK_URL
}

async function answers(url: string): Promise<boolean> {
  const client = clientFor(url)
  try {
    await client.connect()
    return (await client.ping()) === 'PONG'
  } catch {
    return false
  } finally {
    client.disconnect()
  }
}

async function deleteUnder(url: string, keyPrefix: string): Promise<void> {
  const client = clientFor(url)
  await client.connect()
  try {
    let cursor = '0'
    do {
      const [next, keys] = await client.scan(
        cursor,
        'MATCH',
        `${keyPrefix}*`,
        'COUNT',
        KEYS_PER_SCAN,
      )
      if (keys.length > 0) await client.unlink(...keys)
      cursor = next
    } while (cursor !== '0')
  } finally {
    client.disconnect()
  }
}

function clientFor(url: string): Redis {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null })
  // Every failure also rejects the call that met it; without a listener ioredis prints it as well.
  client.on('error', () => {})
  return client
}
