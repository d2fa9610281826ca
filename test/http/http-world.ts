// The whole edge over a scripted shop: real routes, real schemas, real tokens, a manual clock.

import assert from 'node:assert/strict'
import { createHash, createSecretKey } from 'node:crypto'
import { NO_OUTAGES } from '../../actors/domain/outages.ts'
import type { GatewayEvent, WebhookRefusal } from '../../actors/ports/payment-gateway.ts'
import type { Role } from '../../src/auth/caller.ts'
import { issueToken } from '../../src/auth/issue-token.ts'
import { tokenCallers } from '../../src/auth/token-callers.ts'
import { createApp } from '../../src/http/app.ts'
import type { AppDeps, HttpLimits, Readiness } from '../../src/http/app-deps.ts'
import type { RequestFacts } from '../../src/http/request-observer.ts'
import { SECURITY_HEADERS } from '../../src/http/security-headers.ts'
import { manualClock } from '../support/manual-clock.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { contractOf } from './response-contract.ts'
import { NOW_MS, ROSE_PRODUCT, ROSES, sellerOf, userOf } from './sample-shop.ts'
import {
  availabilityStandIn,
  cartsStandIn,
  catalogueStandIn,
  readsStandIn,
  scriptedCheckouts,
} from './shop-stand-in.ts'

export const SECRET = createHash('sha256').update('a secret of the tests').digest()
export const LIMITS: HttpLimits = {
  bodyBytesMax: 256 * 1_024,
  cartLinesMax: 3,
  quantityMax: 99,
  requestsInFlightMax: 100,
}

export interface Sent {
  readonly body?: unknown
  /** Sent as it is, in place of `body`. */
  readonly raw?: string | Buffer
  readonly token?: string | null
  readonly key?: string | null
  readonly headers?: Readonly<Record<string, string>>
  /** Where the request comes from. */
  readonly address?: string
}

export interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // Tests look into bodies freely; that a body has its declared shape is checked on the way.
  readonly json: Record<string, unknown>
}

export interface LogLine {
  readonly level: 'info' | 'warn' | 'error'
  readonly fields: Readonly<Record<string, unknown>>
  readonly message: string
}

const NOTHING_UNDER_WAY: AppDeps['operatorReads'] = {
  checkoutsUnderWay: async () => ({ checkouts: [], nextAfter: null }),
  openHolds: async () => ({ holds: [], nextAfter: null }),
}

export type HttpWorld = Awaited<ReturnType<typeof httpWorld>>

/** `change` replaces parts before the app is made. */
export async function httpWorld(change: (deps: AppDeps) => Partial<AppDeps> = () => ({})) {
  const time = manualClock(NOW_MS)
  const randomness = seededRandom(1)
  const checkouts = scriptedCheckouts()
  const carts = cartsStandIn()
  const catalogue = catalogueStandIn(time.nowMs)
  const reads = readsStandIn()
  const stored: GatewayEvent[] = []
  const logged: LogLine[] = []
  const observed: RequestFacts[] = []
  const state = {
    readiness: { ready: true, parts: [] } as Readiness,
    webhookRefusal: null as WebhookRefusal | null,
    inboxFailure: null as Error | null,
  }
  const deps: AppDeps = {
    checkouts,
    reads,
    operatorReads: NOTHING_UNDER_WAY,
    carts,
    catalogue,
    shelf: { ...catalogue, forget: () => {} },
    availability: availabilityStandIn(checkouts, time.nowMs),
    callers: tokenCallers({ secret: SECRET, jwksUrl: null }, { clock: time, randomness }),
    webhooks: {
      verifier: {
        verify(rawBody) {
          if (state.webhookRefusal) return { ok: false, refusal: state.webhookRefusal }
          const eventId = Buffer.from(rawBody).toString('utf8')
          return { ok: true, event: { eventId, type: 't', intentId: null, metadata: {} } }
        },
      },
      inbox: {
        async store(event) {
          if (state.inboxFailure) throw state.inboxFailure
          const seen = stored.some(({ eventId }) => eventId === event.eventId)
          if (!seen) stored.push(event)
          return seen ? 'seen' : 'stored'
        },
      },
    },
    publishableKey: 'pk_test_1',
    readiness: async () => state.readiness,
    audit: async () => ({ differences: 0 }),
    metrics: async () => ({ contentType: 'text/plain; charset=utf-8', text: '' }),
    observer: {
      begin: () => ({
        traceId: null,
        run: (serve) => serve(),
        end: (facts) => observed.push(facts),
      }),
    },
    rates: { requests: null, guestSessions: null },
    trustedProxies: 0,
    corsOrigins: [],
    ...{ clock: time, randomness, outages: () => NO_OUTAGES },
    limits: LIMITS,
    log: logInto(logged),
  }
  const app = createApp({ ...deps, ...change(deps) })
  const assertDeclared = contractOf(app)
  catalogue.products.set(ROSES, ROSE_PRODUCT)
  const tokens = await someTokens()
  let keys = 0

  /** As alice with a fresh key, unless said otherwise. */
  async function send(method: string, path: string, sent: Sent = {}): Promise<Answered> {
    const headers = new Headers()
    const token = sent.token === undefined ? tokens.alice : sent.token
    if (token !== null) headers.set('Authorization', `Bearer ${token}`)
    keys += 1
    const key = sent.key === undefined ? `key-${keys}` : sent.key
    if (key !== null) headers.set('Idempotency-Key', key)
    const body = sent.raw ?? (sent.body === undefined ? null : JSON.stringify(sent.body))
    if (body !== null) headers.set('Content-Type', 'application/json')
    for (const [name, value] of Object.entries(sent.headers ?? {})) headers.set(name, value)
    const answer = await app.request(
      path,
      { method, headers, body },
      {
        incoming: { socket: { remoteAddress: sent.address ?? '192.0.2.1' } },
      },
    )
    const text = await answer.text()
    assertDeclared(method, path, answer, text)
    assertEveryAnswer(answer, text)
    const isJson = /json$/.test(answer.headers.get('content-type') ?? '')
    const json = isJson ? JSON.parse(text) : {}
    return { status: answer.status, headers: answer.headers, text, json }
  }

  return {
    app,
    send,
    tokens,
    time,
    checkouts,
    carts,
    catalogue,
    reads,
    stored,
    logged,
    observed,
    state,
  }
}

function logInto(logged: LogLine[]): AppDeps['log'] {
  const at = (level: LogLine['level']) => (fields: object, message: string) => {
    logged.push({ level, fields: { ...fields }, message })
  }
  return { info: at('info'), warn: at('warn'), error: at('error') }
}

function assertEveryAnswer(answer: Response, text: string): void {
  assert.match(answer.headers.get('x-request-id') ?? '', /^[A-Za-z0-9._:-]{1,128}$/)
  assert.ok(answer.headers.get('cache-control'), 'every answer says whether it may be cached')
  for (const name of Object.keys(SECURITY_HEADERS)) {
    assert.ok(answer.headers.get(name), `every answer carries ${name}`)
  }
  if (answer.status < 400) return
  assert.equal(answer.headers.get('content-type'), 'application/problem+json')
  assert.equal(answer.headers.get('cache-control'), 'no-store')
  const problem = JSON.parse(text)
  assert.equal(problem.type, `/docs/errors#${problem.code}`)
  assert.equal(problem.status, answer.status)
  assert.ok(problem.detail.length > 20, 'a detail tells a person something')
}

async function someTokens() {
  return {
    alice: await tokenOf('alice', ['buyer']),
    bob: await tokenOf('bob', ['buyer']),
    seller: await tokenOf('sam', ['seller'], 'seller-1'),
    otherSeller: await tokenOf('sue', ['seller'], 'seller-2'),
    ops: await tokenOf('olga', ['ops']),
  }
}

export function tokenOf(
  user: string,
  roles: readonly Role[],
  seller: string | null = null,
  ttlSeconds = 3_600,
): Promise<string> {
  const sellerId = seller === null ? null : sellerOf(seller)
  const claims = { userId: userOf(user), roles, sellerId, ttlSeconds }
  return issueToken(createSecretKey(SECRET), claims, NOW_MS)
}
