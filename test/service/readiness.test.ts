// /readyz on the parts it asks: a Redis that hangs is told of, though it still looks connected.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { suite } from 'uvu'
import { composeEdge, composeShop } from '../../src/compose.ts'
import { openLog } from '../../src/telemetry/log.ts'
import { openGate } from '../persistence/gate.ts'
import { skipTest } from '../runner/skipped.ts'
import { openTestDatabase } from '../support/test-database.ts'
import { openTestRedis } from '../support/test-redis.ts'

const readiness = suite('readiness of the whole service')
const database = await openTestDatabase(import.meta.url)
const redis = await openTestRedis(import.meta.url)

if (database === null) skipTest('readiness of the whole service', 'no Postgres was found')
else if (redis === null) {
  skipTest('readiness of the whole service', 'no Redis was found')
  await database.close(true)
} else {
  readiness.after(async () => {
    await redis.close()
    await database.close(true)
  })
  readiness('carts are ready, degraded while Redis hangs, and ready again', async () => {
    const gate = await openGate(redis.url)
    const ask = await serviceOn(database.url, `redis://127.0.0.1:${gate.port}`)
    try {
      assert.deepEqual(await ask.carts(), ['ready', 'ready'])
      gate.jam()
      assert.deepEqual(await ask.carts(), ['degraded', 'degraded'])
      gate.unjam()
      assert.deepEqual(await ask.carts(), ['ready', 'ready'])
    } finally {
      await ask.close()
      await gate.close()
    }
  })
  readiness.run()
}

async function serviceOn(databaseUrl: string, redisUrl: string) {
  const log = openLog('silent')
  const gateway = {
    secretKey: 'sk_test_unused',
    publishableKey: null,
    apiUrl: 'http://127.0.0.1:1',
    booksUrl: null,
  }
  const settings = { gateway, holdTtlMs: 900_000, cartTtlMs: 86_400_000, cartLinesMax: 100 }
  const onFenced = () => assert.fail('nobody else may take the stock over')
  const shop = await composeShop({ ...settings, databaseUrl, redisUrl }, randomUUID(), {
    log,
    onFenced,
  })
  const app = composeEdge(shop, {
    publishableKey: null,
    webhookSecrets: ['whsec_test'],
    tokens: { secret: new Uint8Array(32), jwksUrl: null },
    cartLinesMax: 100,
    quantityMax: 999,
    ...{ rateLimitPerMinute: 0, guestSessionLimitPerMinute: 0 },
    ...{ trustedProxies: 0, corsOrigins: [] },
    log,
    audit: () => Promise.reject(new Error('is not asked')),
    ownsStock: () => true,
  })
  return {
    /** The state of the carts, and of the service because of it. */
    async carts() {
      const answer = await app.request('/readyz')
      assert.equal(answer.status, 200)
      const body = (await answer.json()) as {
        readonly status: string
        readonly parts: readonly { readonly name: string; readonly state: string }[]
      }
      return [body.parts.find(({ name }) => name === 'carts')?.state, body.status]
    },
    close: () => shop.close(),
  }
}
