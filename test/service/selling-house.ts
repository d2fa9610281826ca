// The whole shop as production wires it, over real HTTP, on a database and a Redis of the test's
// own and a payment simulator in a process of its own. Only the seed and the welcome are left out.

import assert from 'node:assert/strict'
import { createSecretKey, randomUUID } from 'node:crypto'
import { parseUserId } from '../../actors/domain/ids.ts'
import { type HttpAnswer, openHttp } from '../../bench/load/http-connection.ts'
import { issueToken } from '../../src/auth/issue-token.ts'
import { tellSimulator } from '../../src/commands/simulator-endpoint.ts'
import { composeEdge, composeShop } from '../../src/compose.ts'
import { composeAudit } from '../../src/compose-commands.ts'
import { listen } from '../../src/http/listen.ts'
import { type Log, openLog } from '../../src/telemetry/log.ts'
import type { TelemetrySettings } from '../../src/telemetry/telemetry.ts'
import { startSimulatorProcess } from '../payments/simulator-process.ts'
import { until } from '../support/until.ts'

const SECRET = new TextEncoder().encode('a-secret-of-the-tests-that-is-long-enough')
const ON_THEIR_WAY = ['opening', 'revising', 'paying', 'committing', 'confirmed', 'releasing']
const QUIET_WITHIN_MS = 10_000
const WEBHOOK_SECRET = 'whsec_of_the_tests'

export interface SellingHouse {
  readonly url: string
  /** Asks as a user; POSTs carry a fresh key unless one is named. */
  as(user: string): Visitor
  readonly ops: Visitor
  /** Puts a product up for sale with units. */
  sell(sku: string, amount: number, stock: number): Promise<void>
  stock(sku: string): Promise<ShownStock>
  /** Throws with the report when a promise is broken; the gateway's books are part of it. */
  auditIsClean(): Promise<void>
  /** The templates of every route. */
  routes(): readonly string[]
  /** Resolves when no checkout has anything left to do by itself. */
  quiet(): Promise<void>
  chargesOf(orderId: string): Promise<{ captured: number; intents: number } | undefined>
  /** What the buyer's bank says to an intent that waits for authentication. */
  authenticate(intentId: string, outcome: 'succeed' | 'fail'): Promise<void>
  close(): Promise<void>
}

/** Who looks on while it sells; without anybody, only errors are written. */
export interface Watching {
  readonly log?: Log
  readonly telemetry?: TelemetrySettings
}

export interface ShownStock {
  readonly available: number
  readonly held: number
  readonly sold: number
}

export interface Visitor {
  get(path: string): Promise<Answer>
  put(path: string, body: unknown): Promise<Answer>
  post(path: string, body: unknown, key?: string): Promise<Answer>
  patch(path: string, body: unknown, key?: string): Promise<Answer>
}

export interface Answer {
  readonly status: number
  readonly headers: HttpAnswer['headers']
  readonly body: AnsweredBody
}

/** The fields of checkouts, orders and problems that these tests look at. */
export interface AnsweredBody {
  readonly id: string
  readonly user_id: string
  readonly state: string
  readonly code: string
  readonly checkout_id: string
  readonly totals: { readonly total: { readonly amount: number; readonly currency: string } }
  readonly actual: { readonly amount: number }
  readonly payment: { readonly status: string; readonly attempt: number }
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[]
  readonly price_changes: readonly unknown[]
  readonly expires_at: string
  readonly status: string
  readonly sub_orders: readonly { readonly total: { readonly amount: number } }[]
  readonly next: { readonly authenticate?: { readonly client_secret: string } } | null
}

export async function openSellingHouse(
  databaseUrl: string,
  redisUrl: string | null,
  holdTtlMs = 900_000,
  watching: Watching = {},
): Promise<SellingHouse> {
  const simulator = await startSimulatorProcess([])
  const log = watching.log ?? openLog('error')
  const settings = {
    databaseUrl,
    redisUrl,
    gateway: {
      secretKey: 'sk_test_simulator',
      publishableKey: null,
      apiUrl: simulator.url,
      booksUrl: simulator.url,
    },
    holdTtlMs,
    cartTtlMs: 86_400_000,
    cartLinesMax: 100,
    ...(watching.telemetry === undefined ? {} : { telemetry: watching.telemetry }),
  }
  const onFenced = () => assert.fail('nobody else may take the stock over')
  const shop = await composeShop(settings, randomUUID(), { log, onFenced })
  const audit = () => composeAudit({ databaseUrl, booksUrl: simulator.url }, () => {})
  const app = composeEdge(shop, {
    publishableKey: null,
    webhookSecrets: [WEBHOOK_SECRET],
    tokens: { secret: SECRET, jwksUrl: null },
    cartLinesMax: 100,
    quantityMax: 999,
    ...{ rateLimitPerMinute: 0, guestSessionLimitPerMinute: 0 },
    ...{ trustedProxies: 0, corsOrigins: [] },
    log,
    audit,
    ownsStock: () => true,
  })
  const server = await listen(app, { host: '127.0.0.1', port: 0 })
  const url = `http://127.0.0.1:${server.port}`
  await tellSimulator(simulator.url, { url: `${url}/webhooks/stripe`, secret: WEBHOOK_SECRET })
  const http = openHttp(url)
  const visitor = visitors(http)
  const ops = visitor('ops-1', ['ops'])
  return {
    url,
    as: (user) => visitor(user, ['buyer']),
    ops,
    async sell(sku, amount, stock) {
      const product = {
        name: `A ${sku}`,
        price: { amount, currency: 'USD' },
        seller_id: 'seller-1',
      }
      const put = await ops.put(`/v1/products/${sku}`, product)
      assert.ok(put.status < 300, JSON.stringify(put.body))
      const received = await ops.post(`/v1/products/${sku}/stock`, {
        quantity: stock,
        reason: 'test',
      })
      assert.equal(received.status, 200, JSON.stringify(received.body))
    },
    async stock(sku) {
      const shown: unknown = (await ops.get(`/v1/ops/skus/${sku}/stock`)).body
      return shown as ShownStock
    },
    async auditIsClean() {
      const report = await audit()
      const broken = report.checks.filter(({ violations }) => violations > 0)
      assert.deepEqual(broken, [], 'the audit found differences')
      const books = report.checks.find(({ id }) => id === 'O4')
      assert.ok(books && books.checked > 0, 'the gateway was not compared')
    },
    routes: () =>
      app.openAPIRegistry.definitions.flatMap((each) =>
        each.type === 'route' ? [each.route.path] : [],
      ),
    async quiet() {
      await until(
        'no checkout is on its way',
        async () => {
          const { body } = await ops.get('/v1/ops/checkouts')
          const { by_state } = body as unknown as { by_state: Record<string, number> }
          return ON_THEIR_WAY.every((state) => by_state[state] === 0)
        },
        QUIET_WITHIN_MS,
      )
    },
    async chargesOf(orderId) {
      const { orders } = await simulator.ledger()
      return orders.find(({ order_id }) => order_id === orderId)
    },
    async authenticate(intentId, outcome) {
      const path = `${simulator.url}/_sim/payment_intents/${intentId}/authenticate`
      const answer = await fetch(path, { method: 'POST', body: JSON.stringify({ outcome }) })
      assert.equal(answer.status, 200, await answer.text())
    },
    async close() {
      http.close()
      await server.stop(2_000)
      await shop.close()
      await simulator.stop('SIGTERM')
    },
  }
}

function visitors(http: ReturnType<typeof openHttp>) {
  const tokens = new Map<string, Promise<string>>()
  const tokenOf = (user: string, roles: readonly ('buyer' | 'ops')[]) => {
    const known = tokens.get(user)
    if (known) return known
    const userId = parseUserId(user)
    assert.ok(userId)
    const claims = { userId, roles, sellerId: null, ttlSeconds: 3_600 }
    const token = issueToken(createSecretKey(SECRET), claims, Date.now())
    tokens.set(user, token)
    return token
  }
  return (user: string, roles: readonly ('buyer' | 'ops')[]): Visitor => {
    const send = async (
      method: 'GET' | 'PUT' | 'POST' | 'PATCH',
      path: string,
      body?: unknown,
      key?: string,
    ): Promise<Answer> => {
      const token = await tokenOf(user, roles)
      const keyed = key === undefined ? {} : { key }
      const asked = { method, path, token, ...(body === undefined ? {} : { body }), ...keyed }
      const answer = await http.send(asked)
      return { ...answer, body: answer.body as AnsweredBody }
    }
    return {
      get: (path) => send('GET', path),
      put: (path, body) => send('PUT', path, body),
      post: (path, body, key = randomUUID()) => send('POST', path, body, key),
      patch: (path, body, key = randomUUID()) => send('PATCH', path, body, key),
    }
  }
}
