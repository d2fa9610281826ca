// What can be known about a request once it has its answer, for whoever counts, logs or traces it.
// Nothing in it is a secret, and nothing of a body or an address is in it.

export type CallerKind = 'anonymous' | 'guest' | 'buyer' | 'seller' | 'ops'

export interface RequestFacts {
  /** One of HTTP's own methods, else `_OTHER`. */
  readonly method: string
  /** The template of the route (`/v1/checkouts/{id}`); `none` when no route matched. */
  readonly route: string
  readonly status: number
  readonly durationMs: number
  readonly requestId: string
  /** The code of the problem that was answered; null for every other answer. */
  readonly code: string | null
  readonly caller: CallerKind
  /** Ids the request is about, when they are known. */
  readonly checkoutId: string | null
  readonly orderId: string | null
  /** Of the trace the request belongs to; null when nothing is traced. */
  readonly traceId: string | null
}

export interface RequestBegun {
  readonly method: string
  readonly requestId: string
  /** The W3C `traceparent` of whoever asks, unchecked; null without one. */
  readonly traceparent: string | null
}

export interface ObservedRequest {
  readonly traceId: string | null
  /** Runs the request, so that what it leads to can be told to belong to it. */
  run(serve: () => Promise<void>): Promise<void>
  /** Called once, when the answer is ready. */
  end(facts: RequestFacts): void
}

export interface RequestObserver {
  begin(request: RequestBegun): ObservedRequest
}
