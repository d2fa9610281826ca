// What one request carries from the edge to its handler, and how a handler's answer is typed.

import type { Context, TypedResponse } from 'hono'
import type { Caller } from '../auth/caller.ts'
import type { ProblemCode } from './problem-codes.ts'

export interface HttpEnv {
  /** What the server knows of a request beside the request; nothing, when there is no server. */
  Bindings: {
    readonly incoming?: { readonly socket: { readonly remoteAddress?: string } }
  }
  Variables: {
    requestId: string
    /** Set by `requireCaller`. */
    caller: Caller
    /** Set by `requireIdempotencyKey`. */
    idempotencyKey: string
    /** The code of the problem this request is answered with, if it is. */
    problemCode: ProblemCode
    /** What the request turned out to be about, when its path does not say so. */
    checkoutId: string
    orderId: string
    /** The trace this request belongs to; absent when nothing is traced. */
    traceId: string
  }
}

export type HttpContext = Context<HttpEnv>

/**
 * An answer whose status is chosen by a table at run time, so that no literal type can name it.
 * That it is one of those its route declares is shown by the tests, which check every answer.
 */
export type Answer = Response & TypedResponse<never, never, 'json'>

/** JSON in the field order of `body`. */
export function json(
  c: HttpContext,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return textAnswer(c, status, JSON.stringify(body), {
    'Content-Type': 'application/json',
    ...headers,
  })
}

export function textAnswer(
  c: HttpContext,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>>,
): Answer {
  return c.body(text, status as 200, headers) as unknown as Answer
}
