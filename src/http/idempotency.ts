// The Idempotency-Key of a request, and the fingerprint that ties the key to this very request.

import type { MiddlewareHandler } from 'hono'
import type { KeyedRequest } from '../../actors/checkout-client.ts'
import { canonicalJson, sha256Hex } from '../../actors/domain/hash.ts'
import type { HttpContext, HttpEnv } from './http-env.ts'
import { refuse } from './problem.ts'

const PRINTABLE = /^[\x20-\x7e]{1,255}$/
const QUOTED = /^"([^"]*)"$/

/** For the OpenAPI document; the check itself is `requireIdempotencyKey`. */
export const IDEMPOTENCY_KEY_HEADER = {
  name: 'Idempotency-Key',
  in: 'header' as const,
  required: true,
  description: 'Names this request; a repeat with the same key has its effect once.',
  schema: { type: 'string' as const, minLength: 1, maxLength: 255 },
}

/** 1 to 255 printable ASCII characters, bare or in quotes; null when it is neither. */
export function parseIdempotencyKey(header: string): string | null {
  const quoted = header.startsWith('"') || header.endsWith('"')
  const key = quoted ? QUOTED.exec(header)?.[1] : header
  return key !== undefined && PRINTABLE.test(key) ? key : null
}

/** Answers 400 without a well-formed Idempotency-Key; else sets `idempotencyKey`. */
export const requireIdempotencyKey: MiddlewareHandler<HttpEnv> =
  async function requireIdempotencyKey(c, next) {
    const header = c.req.header('idempotency-key')
    if (header === undefined) {
      return refuse(
        c,
        'idempotency_key_missing',
        'This request needs an Idempotency-Key, so that sending it twice has its effect once. ' +
          'Nothing was done. Send a fresh random key, and the same one when you repeat it.',
      )
    }
    const key = parseIdempotencyKey(header)
    if (key === null) {
      return refuse(
        c,
        'idempotency_key_invalid',
        'An Idempotency-Key is 1 to 255 printable ASCII characters, bare or in double quotes. ' +
          'Nothing was done.',
      )
    }
    c.set('idempotencyKey', key)
    await next()
    return undefined
  }

/** `body` is the valid body as it was sent: nothing merged, nothing filled in. */
export function keyedRequest(c: HttpContext, body: unknown): KeyedRequest {
  const caller = c.get('caller')
  return {
    caller: caller.userId,
    guest: caller.guest,
    key: c.get('idempotencyKey'),
    fingerprint: sha256Hex(`${c.req.method}\n${c.req.path}\n${canonicalJson(body ?? {})}`),
    requestId: c.get('requestId'),
  }
}
