// One purchase over HTTP from the sample catalogue, from a guest's token to the captured payment.

import assert from 'node:assert/strict'
import { until } from '../support/until.ts'

const CAPTURED_WITHIN_MS = 5_000

/** Buys as a guest and waits for the capture. */
export async function buyOnce(origin: string): Promise<void> {
  const post = async (route: string, token: string | null, body: unknown, key: string) => {
    const answer = await fetch(`${origin}${route}`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'Idempotency-Key': key,
        ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(body),
    })
    const answered = (await answer.json()) as { token: string; id: string }
    assert.equal(answer.status, 201, JSON.stringify(answered))
    return answered
  }
  const { token } = await post('/v1/guest-sessions', null, {}, 'guest')
  const order = await post(
    '/v1/orders',
    token,
    {
      lines: [{ sku: 'ROSE-12', quantity: 1 }],
      shipping_address: {
        name: 'Ada',
        line1: '1 Rose Lane',
        city: 'Bath',
        postal_code: 'BA1 1AA',
        country: 'GB',
      },
      payment_method: 'pm_card_visa',
      expected_total: { amount: 3500, currency: 'USD' },
    },
    'buy',
  )
  await until(
    'the payment is captured',
    async () => {
      const headers = { Authorization: `Bearer ${token}` }
      const answer = await fetch(`${origin}/v1/orders/${order.id}`, { headers })
      const shown = (await answer.json()) as { payment: { status: string } }
      return shown.payment.status === 'captured'
    },
    CAPTURED_WITHIN_MS,
  )
}
