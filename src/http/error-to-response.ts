// What was thrown becomes an answer here, and only here. A failure says when to try again; the
// body's own faults say so; anything else is a bug of ours, of which the caller sees nothing.

import type { ErrorHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { type FailureCode, RetryLater } from '../../actors/domain/failures.ts'
import type { Log } from './app-deps.ts'
import { refuseMediaType } from './declared-request.ts'
import { problemOfFailure, retryAfterOf } from './failure-details.ts'
import type { HttpContext, HttpEnv } from './http-env.ts'
import { refuse } from './problem.ts'

// Under overload a line for each refused request would be a second overload.
const NOT_LOGGED: ReadonlySet<FailureCode> = new Set([
  'overloaded',
  'deadline_passed',
  'shutting_down',
])

export function errorToResponse(log: Log): ErrorHandler<HttpEnv> {
  return function errorToResponse(error, c) {
    if (error instanceof RetryLater) return answerFailure(log, error, c)
    if (error instanceof HTTPException && error.status === 415) {
      return refuseMediaType(c)
    }
    if (error instanceof HTTPException && error.status === 400) {
      return refuse(
        c,
        'invalid_json',
        'The body is not valid JSON, or is empty. Nothing was done. ' +
          'Send a JSON object; a request without a body goes without Content-Type.',
      )
    }
    log.error({ err: error, ...whereOf(c), method: c.req.method }, 'a bug')
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

function answerFailure(log: Log, failure: RetryLater, c: HttpContext): Response {
  const { code, message, cause } = failure
  if (!NOT_LOGGED.has(code)) {
    // As `err` it is written with its message and code; under another name as `{}`.
    log.warn({ code, err: cause, ...whereOf(c) }, message)
  }
  const { detail } = problemOfFailure(code)
  return refuse(c, code, detail, { headers: { 'Retry-After': retryAfterOf(failure) } })
}

/** What the other lines about this request, and its trace, are found by. */
function whereOf(c: HttpContext) {
  const traceId = c.get('traceId')
  const traced = traceId === undefined ? {} : { traceId }
  return { requestId: c.get('requestId'), path: c.req.path, ...traced }
}
