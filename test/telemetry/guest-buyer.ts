// A guest who buys over plain HTTP, so that a test can send headers of its own and knows every
// secret that went over the line.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'

export const ADDRESS = {
  name: 'Ada Whitcombe',
  line1: '17 Rosemary Lane',
  city: 'Bathwick',
  postal_code: 'BA2 6LY',
  country: 'GB',
}

export interface Told {
  readonly status: number
  readonly requestId: string
  readonly body: Readonly<Record<string, unknown>>
}

export interface GuestBuyer {
  readonly token: string
  /** A text is sent as it is. */
  send(
    method: string,
    path: string,
    body?: object | string,
    headers?: Record<string, string>,
  ): Promise<Told>
  /** Opens a checkout; answers its id and total. */
  open(sku: string, headers?: Record<string, string>): Promise<{ id: string; total: unknown }>
  pay(
    checkout: { readonly id: string; readonly total: unknown },
    card: string,
    headers?: Record<string, string>,
  ): Promise<Told>
}

export async function guestBuyer(url: string): Promise<GuestBuyer> {
  const session = await ask(url, 'POST', '/v1/guest-sessions', undefined, {})
  const token = String(session.body['token'])
  const send: GuestBuyer['send'] = (method, path, body, headers = {}) =>
    ask(url, method, path, body, { authorization: `Bearer ${token}`, ...headers })
  return {
    token,
    send,
    async open(sku, headers) {
      const wanted = { lines: [{ sku, quantity: 1 }], shipping_address: ADDRESS }
      const { status, body } = await send('POST', '/v1/checkouts', wanted, headers)
      assert.equal(status, 201, JSON.stringify(body))
      const { total } = body['totals'] as { total: unknown }
      return { id: String(body['id']), total }
    },
    pay: ({ id, total }, card, headers) =>
      send(
        'POST',
        `/v1/checkouts/${id}/pay`,
        { payment_method: card, expected_total: total },
        headers,
      ),
  }
}

async function ask(
  url: string,
  method: string,
  path: string,
  body: object | string | undefined,
  headers: Record<string, string>,
): Promise<Told> {
  const all = new Headers(headers)
  if (method === 'POST') all.set('idempotency-key', randomUUID())
  if (body !== undefined) all.set('content-type', 'application/json')
  const payload = typeof body === 'object' ? JSON.stringify(body) : (body ?? null)
  const answer = await fetch(`${url}${path}`, { method, headers: all, body: payload })
  const text = await answer.text()
  const json = (text === '' ? {} : JSON.parse(text)) as Told['body']
  const requestId = answer.headers.get('x-request-id') ?? ''
  return { status: answer.status, requestId, body: json }
}
