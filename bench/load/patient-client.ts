// A caller that rides out a service that is gone for a while: broken connections, "try again" and
// "the first one is still running" are asked again, unchanged and under the same Idempotency-Key,
// for a bounded time. Everything else is an answer and is handed back.

import type { HttpAnswer, HttpConnection, HttpRequest } from './http-connection.ts'

export interface PatientClient {
  /** Throws ServiceUnreachable when no connection held for the whole ride. */
  call(asked: HttpRequest): Promise<HttpAnswer>
  /** How many connections have broken so far; grows when the service dies. */
  breaks(): number
  /** How many requests were asked again, for whatever reason. */
  retries(): number
}

export interface Patience {
  /** How long one request is asked again after its first failure. */
  readonly rideOutMs: number
  /** Milliseconds that only go forward. */
  now(): number
  wait(ms: number): Promise<void>
}

const PATIENCE: Patience = Object.freeze({
  rideOutMs: 60_000,
  now: () => performance.now(),
  wait: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
})

export class ServiceUnreachable extends Error {
  constructor(asked: HttpRequest, rideOutMs: number, cause: unknown) {
    super(
      `${asked.method} ${asked.path}: no connection for ${Math.round(rideOutMs / 1000)} s ` +
        `(${codeOf(cause)}). Is the service running?`,
      { cause },
    )
    this.name = 'ServiceUnreachable'
  }
}

export function patientClient(connection: HttpConnection, patience = PATIENCE): PatientClient {
  let breaks = 0
  let retries = 0

  async function call(asked: HttpRequest): Promise<HttpAnswer> {
    let givenUpAt: number | undefined
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await connection.send(asked).catch((error: unknown) => {
        if (!isBrokenConnection(error)) throw error
        breaks += 1
        return { broken: error }
      })
      const pauseMs = 'broken' in outcome ? backoffMs(attempt) : pauseAskedFor(outcome, attempt)
      if (pauseMs === null && 'status' in outcome) return outcome
      givenUpAt ??= patience.now() + patience.rideOutMs
      if (patience.now() + (pauseMs ?? 0) > givenUpAt) {
        if ('status' in outcome) return outcome
        throw new ServiceUnreachable(asked, patience.rideOutMs, outcome.broken)
      }
      retries += 1
      await patience.wait(pauseMs ?? 0)
    }
  }

  return { call, breaks: () => breaks, retries: () => retries }
}

/** How long to wait before the same request is sent again; null when this answer is final. */
function pauseAskedFor(answer: HttpAnswer, attempt: number): number | null {
  const { status, headers } = answer
  const inProgress = status === 409 && problemCode(answer) === 'idempotency_in_progress'
  const tryAgain = status === 503 || ((status === 429 || status === 500) && headers['retry-after'])
  if (!inProgress && !tryAgain) return null
  const seconds = Number(headers['retry-after'])
  return Number.isFinite(seconds) ? Math.min(seconds * 1000, 5_000) : backoffMs(attempt)
}

/** The `code` of a problem+json answer, when it has one. */
export function problemCode(answer: HttpAnswer): string | undefined {
  const { body } = answer
  if (typeof body !== 'object' || body === null || !('code' in body)) return undefined
  return typeof body.code === 'string' ? body.code : undefined
}

function backoffMs(attempt: number): number {
  return Math.min(50 * 2 ** Math.min(attempt - 1, 10), 1_000)
}

const BROKEN = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'HPE_INVALID_EOF_STATE',
])

function isBrokenConnection(error: unknown): boolean {
  return BROKEN.has(codeOf(error))
}

function codeOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'code' in error) return String(error.code)
  return String(error)
}
