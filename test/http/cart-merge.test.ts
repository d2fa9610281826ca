// A guest signs in: their cart joins the buyer's. Whose token is taken, and what is told. How lines
// move is tested on the carts themselves.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import type { CartLine } from '../../actors/domain/cart.ts'
import { RetryLater } from '../../actors/domain/failures.ts'
import type { UserId } from '../../actors/domain/ids.ts'
import { type HttpWorld, httpWorld } from './http-world.ts'
import { ALICE, NOW_MS, ROSES } from './sample-shop.ts'

const merge = suite('cart merge')

const TWO_ROSES: CartLine = {
  sku: ROSES,
  quantity: 2,
  priceSeen: { amount: 3_500, currency: 'USD' },
  addedAtMs: NOW_MS,
}

async function guestOf({ send }: HttpWorld): Promise<{ token: string; userId: UserId }> {
  const { json } = await send('POST', '/v1/guest-sessions', { token: null, key: null })
  return { token: String(json['token']), userId: String(json['user_id']) as UserId }
}

merge("a guest's lines are in my cart, with prices and stock as in any cart", async () => {
  const world = await httpWorld()
  const { send, carts } = world
  const guest = await guestOf(world)
  await carts.put(guest.userId, TWO_ROSES, 10)
  carts.notTaken = [{ sku: ROSES, quantity: 3, reason: 'quantity_limit' }]
  const body = { guest_token: guest.token }
  const answer = await send('POST', '/v1/cart/merge', { body, key: null })
  assert.equal(answer.status, 200)
  const mine = await send('GET', '/v1/cart')
  assert.deepEqual(answer.json, {
    ...mine.json,
    not_taken: [{ sku: 'ROSE-12', quantity: 3, reason: 'quantity_limit' }],
  })
  assert.equal((mine.json['lines'] as unknown[]).length, 1)
  assert.deepEqual(carts.merged, [[guest.userId, ALICE]])
})

merge('a guest may bring the cart of an earlier guest session along', async () => {
  const world = await httpWorld()
  const [old, current] = [await guestOf(world), await guestOf(world)]
  const body = { guest_token: old.token }
  const answer = await world.send('POST', '/v1/cart/merge', { body, token: current.token })
  assert.equal(answer.status, 200)
  assert.deepEqual(world.carts.merged, [[old.userId, current.userId]])
})

merge("a token that is no other guest's is refused by name, and nothing moves", async () => {
  const world = await httpWorld()
  const { send, tokens, carts, time } = world
  const guest = await guestOf(world)
  const refused = [
    [tokens.alice, tokens.alice, /not the token of a guest/],
    [tokens.alice, tokens.bob, /not the token of a guest/],
    [tokens.alice, tokens.ops, /not the token of a guest/],
    [guest.token, guest.token, /the caller's own/],
    [tokens.alice, `${guest.token.slice(0, -4)}AAAA`, /not a token of this service/],
    [tokens.alice, 'hello', /not a token of this service/],
    [tokens.alice, '', /./],
    [tokens.alice, 'x'.repeat(8_193), /./],
    [tokens.alice, 7, /./],
  ] as const
  for (const [token, guest_token, message] of refused) {
    const answer = await send('POST', '/v1/cart/merge', { body: { guest_token }, token })
    assert.equal(answer.status, 400)
    const [error] = answer.json['errors'] as { path: string; message: string }[]
    assert.equal(error?.path, 'guest_token')
    assert.match(error?.message ?? '', message)
  }
  time.advance(30 * 86_400_000)
  const late = await tokenLater(world)
  const body = { guest_token: guest.token }
  const expired = await send('POST', '/v1/cart/merge', { body, token: late })
  assert.equal(expired.status, 400)
  assert.match(JSON.stringify(expired.json['errors']), /has expired/)
  assert.deepEqual(carts.merged, [])
})

/** The tokens of the world have expired by then; a new guest's has not. */
async function tokenLater(world: HttpWorld): Promise<string> {
  return (await guestOf(world)).token
}

merge('without carts, or without keys to check tokens with, it is 503', async () => {
  const world = await httpWorld()
  const guest = await guestOf(world)
  const body = { guest_token: guest.token }
  world.carts.failure = new RetryLater('cart_unavailable', 'down')
  const away = await world.send('POST', '/v1/cart/merge', { body })
  assert.equal(away.json['code'], 'cart_unavailable')
  const blind = await httpWorld(({ callers }) => ({
    callers: {
      ...callers,
      async identify(token) {
        if (token !== guest.token) return callers.identify(token)
        return { ok: false, refusal: 'keys_unavailable' }
      },
    },
  }))
  const unknown = await blind.send('POST', '/v1/cart/merge', { body })
  assert.equal(unknown.status, 503)
  assert.equal(unknown.json['code'], 'keys_unavailable')
  assert.deepEqual(blind.carts.merged, [])
})

merge.run()
