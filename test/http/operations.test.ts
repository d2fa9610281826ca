// What operators see over HTTP while a sale runs, and how they page through it. What the lists hold
// is tested on Postgres.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import type { HoldId } from '../../actors/domain/ids.ts'
import type { LedgerEntry } from '../../actors/domain/ledger-entry.ts'
import type { OperatorReads } from '../../actors/ports/operator-reads.ts'
import { httpWorld } from './http-world.ts'
import {
  AUTHENTICATING_CHECKOUT,
  CHECKOUT_ID,
  HOLD_TTL_MS,
  NOW_MS,
  OPEN_CHECKOUT,
  ROSES,
} from './sample-shop.ts'

const operations = suite('operations')

const HOLD = 'hold_0190a0b0c0d07e0f80a1b2c3d4e5f605_1_1' as HoldId

const ENTRY: LedgerEntry = {
  sku: ROSES,
  seq: 1,
  epoch: 1,
  kind: 'receive',
  holdId: null,
  checkoutId: null,
  buyer: null,
  commandId: 'c1',
  quantity: 10,
  expiresAtMs: null,
  atMs: NOW_MS,
  prevHash: '0',
  hash: '1',
  ...{ received: 10, available: 10, held: 0, sold: 0 },
}

type UnderWayQuery = Parameters<OperatorReads['checkoutsUnderWay']>[0]
type HoldsQuery = Parameters<OperatorReads['openHolds']>[1]

function operatorWorld() {
  const asked: (UnderWayQuery | HoldsQuery)[] = []
  const operatorReads: OperatorReads = {
    async checkoutsUnderWay(query) {
      asked.push(query)
      const seen = [AUTHENTICATING_CHECKOUT, OPEN_CHECKOUT].map((checkout) => {
        return { checkout, nextRunAtMs: NOW_MS + 15_000, owner: 'node-1' }
      })
      return { checkouts: seen, nextAfter: { nextRunAtUs: '1768478415000001', id: CHECKOUT_ID } }
    },
    async openHolds(_sku, query) {
      asked.push(query)
      const hold = {
        holdId: HOLD,
        checkoutId: CHECKOUT_ID,
        buyer: 'alice',
        quantity: 2,
        takenAtMs: NOW_MS,
        expiresAtMs: NOW_MS + HOLD_TTL_MS,
        pinned: true,
      }
      return { holds: [hold], nextAfter: HOLD }
    },
  }
  return { asked, world: httpWorld(() => ({ operatorReads })) }
}

operations(
  'a checkout under way says why it is there, and what happens next and when',
  async () => {
    const { asked, world } = operatorWorld()
    const { send, tokens } = await world
    const path = '/v1/ops/checkouts/under-way'
    const answer = await send('GET', `${path}?state=paying&limit=2`, { token: tokens.ops })
    assert.equal(answer.status, 200)
    const [paying, open] = answer.json['data'] as Record<string, unknown>[]
    assert.deepEqual(
      [paying?.['state'], paying?.['next_action'], paying?.['owner']],
      ['paying', 'confirm_payment', 'node-1'],
    )
    assert.match(String(paying?.['why']), /must authenticate/)
    assert.equal(paying?.['next_run_at'], '2026-01-15T12:00:15.000Z')
    assert.equal(open?.['next_action'], null)
    assert.match(String(open?.['why']), /may pay/)
    const cursor = String(answer.json['next_cursor'])
    await send('GET', `${path}?cursor=${cursor}`, { token: tokens.ops })
    assert.deepEqual(asked, [
      { state: 'paying', after: null, limit: 2 },
      { state: null, after: { nextRunAtUs: '1768478415000001', id: CHECKOUT_ID }, limit: 50 },
    ])
  },
)

operations('the open holds of a SKU page by hold', async () => {
  const { asked, world } = operatorWorld()
  const { send, tokens } = await world
  const path = '/v1/ops/skus/ROSE-12/holds'
  const answer = await send('GET', path, { token: tokens.ops })
  const [hold] = answer.json['data'] as Record<string, unknown>[]
  assert.deepEqual([hold?.['hold_id'], hold?.['pinned'], hold?.['quantity']], [HOLD, true, 2])
  await send('GET', `${path}?cursor=${answer.json['next_cursor']}`, { token: tokens.ops })
  assert.deepEqual(asked.at(-1), { after: HOLD, limit: 100 })
})

const cursor = (text: string) => Buffer.from(text).toString('base64url')

const WRONG = [
  ['/v1/ops/checkouts/under-way?state=captured', 'state'],
  ['/v1/ops/checkouts/under-way?limit=201', 'limit'],
  [`/v1/ops/checkouts/under-way?cursor=${cursor(`0 ${CHECKOUT_ID}`)}`, 'cursor'],
  [`/v1/ops/checkouts/under-way?cursor=${cursor('1 chk_1')}`, 'cursor'],
  [`/v1/ops/skus/ROSE-12/holds?cursor=${cursor("hold_' or 1=1")}`, 'cursor'],
  [`/v1/ops/skus/ROSE-12/ledger?cursor=${cursor('0')}`, 'cursor'],
  [`/v1/ops/skus/ROSE-12/ledger?cursor=${cursor('1e3')}`, 'cursor'],
] as const

for (const [path, field] of WRONG) {
  operations(`GET ${path} is 400 and names ${field}`, async () => {
    const { asked, world } = operatorWorld()
    const { send, tokens } = await world
    const answer = await send('GET', path, { token: tokens.ops })
    assert.equal(answer.status, 400)
    assert.equal((answer.json['errors'] as { path: string }[])[0]?.path, field)
    assert.deepEqual(asked, [])
  })
}

for (const what of ['stock', 'ledger', 'holds']) {
  operations(`the ${what} of a SKU nobody knows is 404, and wakes nobody`, async () => {
    const { asked, world } = operatorWorld()
    const { send, tokens, checkouts } = await world
    checkouts.stock(() => assert.fail('an actor was asked'))
    const answer = await send('GET', `/v1/ops/skus/ROSE-13/${what}`, { token: tokens.ops })
    assert.equal(answer.status, 404)
    assert.equal(answer.json['code'], 'unknown_sku')
    assert.deepEqual(answer.json['skus'], ['ROSE-13'])
    assert.deepEqual(asked, [])
  })

  operations(`the ${what} of a SKU that has entries and no product is shown`, async () => {
    const { world } = operatorWorld()
    const { send, tokens, catalogue, reads } = await world
    catalogue.products.clear()
    reads.entries.push(ENTRY)
    const answer = await send('GET', `/v1/ops/skus/ROSE-12/${what}`, { token: tokens.ops })
    assert.equal(answer.status, 200)
  })
}

operations('nobody but operators sees any of it', async () => {
  const { world } = operatorWorld()
  const { send, tokens } = await world
  for (const path of ['/v1/ops/checkouts/under-way', '/v1/ops/skus/ROSE-12/holds']) {
    for (const token of [tokens.alice, tokens.seller]) {
      assert.equal((await send('GET', path, { token })).status, 403)
    }
    assert.equal((await send('GET', path, { token: null })).status, 401)
  }
})

operations.run()
