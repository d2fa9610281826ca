// What was thrown becomes an answer here, and only here. A failure says when to try again; the
// body's own faults say so; anything else is a bug of ours, of which the caller sees nothing.

import type { ErrorHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { type FailureCode, RetryLater } from '../../actors/domain/failures.ts'
import type { Clock } from '../../actors/ports/clock.ts'
import type { Log } from './app-deps.ts'
import { refuseMediaType } from './declared-request.ts'
import { problemOfFailure, retryAfterOf } from './failure-details.ts'
import type { HttpContext, HttpEnv } from './http-env.ts'
import { lineBound } from './line-bound.ts'
import { refuse } from './problem.ts'

// Under overload a line for each refused request would be a second overload.
const NOT_LOGGED: ReadonlySet<FailureCode> = new Set([
  'overloaded',
  'deadline_passed',
  'shutting_down',
])

// In an outage every request fails for the same reason; the first lines of a second tell it.
const LINES_PER_SECOND_MAX = 100

export function errorToResponse(
  log: Log,
  { monotonicMs }: Pick<Clock, 'monotonicMs'>,
): ErrorHandler<HttpEnv> {
  // Counted apart, so that no outage hides a bug.
  const failureHasRoom = lineBound(LINES_PER_SECOND_MAX, monotonicMs, (leftOut) => {
    log.warn({ leftOut }, 'lines about failures were left out')
  })
  const bugHasRoom = lineBound(LINES_PER_SECOND_MAX, monotonicMs, (leftOut) => {
    log.error({ leftOut }, 'lines about bugs were left out')
  })

  function logFailure({ code, message, cause }: RetryLater, c: HttpContext): void {
    if (NOT_LOGGED.has(code) || !failureHasRoom()) return
    // As `err` it is written with its message and code; under another name as `{}`.
    log.warn({ code, err: cause, ...whereOf(c) }, message)
  }

  return function errorToResponse(error, c) {
    if (error instanceof RetryLater) {
      logFailure(error, c)
      return answerFailure(error, c)
    }
    if (error instanceof HTTPException && error.status === 415) {
      return refuseMediaType(c)
    }
    if (error instanceof HTTPException && error.status === 400) {
      return refuse(
        c,
        'invalid_json',
        'The body is not valid JSON in UTF-8, or is empty. Nothing was done. ' +
          'Send a JSON object; a request without a body goes without Content-Type.',
      )
    }
    if (bugHasRoom()) log.error({ err: error, ...whereOf(c), method: c.req.method }, 'a bug')
    return refuse(
      c,
      'internal_error',
      'This is our fault, and it is recorded under request_id. What was asked may or may not be ' +
        'done: the same request, with its Idempotency-Key if it had one, finds out, and does it ' +
        'only once.',
      { headers: { 'Retry-After': '1' } },
    )
  }
}

function answerFailure(failure: RetryLater, c: HttpContext): Response {
  const { code, detail } = problemOfFailure(failure.code)
  return refuse(c, code, detail, { headers: { 'Retry-After': retryAfterOf(failure) } })
}

/** What the other lines about this request, and its trace, are found by. */
function whereOf(c: HttpContext) {
  const traceId = c.get('traceId')
  const traced = traceId === undefined ? {} : { traceId }
  return { requestId: c.get('requestId'), path: c.req.path, ...traced }
}
