// Everything the HTTP edge stands on. It knows the front door of the shop and nothing behind it.

import type { CheckoutClient } from '../../actors/checkout-client.ts'
import type { Outage } from '../../actors/domain/outages.ts'
import type { CartStore } from '../../actors/ports/cart-store.ts'
import type { Catalogue } from '../../actors/ports/catalogue.ts'
import type { Clock, Randomness } from '../../actors/ports/clock.ts'
import type { OperatorReads } from '../../actors/ports/operator-reads.ts'
import type { WebhookVerifier } from '../../actors/ports/payment-gateway.ts'
import type { RateLimiter } from '../../actors/ports/rate-limiter.ts'
import type { ReadModels } from '../../actors/ports/read-models.ts'
import type { WebhookInbox } from '../../actors/ports/webhook-inbox.ts'
import type { Callers } from '../auth/caller.ts'
import type { Availability } from '../catalogue/availability.ts'
import type { Shelf } from '../catalogue/shelf.ts'
import type { RequestObserver } from './request-observer.ts'

export interface HttpLimits {
  /** A larger request body is 413. */
  readonly bodyBytesMax: number
  /** Lines of one cart or checkout. */
  readonly cartLinesMax: number
  /** Units of one SKU in one cart or checkout. */
  readonly quantityMax: number
  /** Requests being served at once; one more is refused before any work. */
  readonly requestsInFlightMax: number
}

/** null: no such limit. */
export interface RateLimits {
  /** Of one caller, or of one address when nobody is signed in. */
  readonly requests: RateLimiter | null
  /** New guest sessions of one address. */
  readonly guestSessions: RateLimiter | null
}

export interface ReadinessPart {
  readonly name: string
  readonly state: 'ready' | 'degraded' | 'down'
  /** For an operator; null when there is nothing to say. */
  readonly detail: string | null
}

/** `ready` when the service can sell; a degraded part does not make it unready. */
export interface Readiness {
  readonly ready: boolean
  readonly parts: readonly ReadinessPart[]
}

/** The part of a structured logger that is used here; the edge knows none by name. */
export interface Log {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export interface AppDeps {
  readonly checkouts: CheckoutClient
  readonly reads: ReadModels
  readonly operatorReads: OperatorReads
  readonly carts: CartStore
  readonly catalogue: Catalogue
  /** What pages show of products, and of their stock. */
  readonly shelf: Shelf
  readonly availability: Availability
  readonly callers: Callers
  readonly webhooks: { readonly verifier: WebhookVerifier; readonly inbox: WebhookInbox }
  /** The gateway's, for the buyer's own client; null when it has none. */
  readonly publishableKey: string | null
  readonly readiness: () => Promise<Readiness>
  /** Checks every invariant that storage can show and answers a report; null when not offered. */
  readonly audit: (() => Promise<object>) | null
  /** Everything that is measured, in the words of whoever scrapes it. */
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>
  readonly observer: RequestObserver
  readonly rates: RateLimits
  /** Proxies of the operator's that add to X-Forwarded-For; 0: the header is not believed. */
  readonly trustedProxies: number
  /** Origins whose pages may call this service from a browser. */
  readonly corsOrigins: readonly string[]
  /** By which the ends of checkouts are put off. */
  readonly outages: () => readonly Outage[]
  readonly clock: Clock
  readonly randomness: Randomness
  readonly limits: HttpLimits
  readonly log: Log
}
