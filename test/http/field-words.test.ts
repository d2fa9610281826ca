// What a client reads about each field that does not fit: our words, with the limit.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { httpWorld } from './http-world.ts'

const fieldWords = suite('words about fields')

const OPEN = ['POST', '/v1/checkouts'] as const
const PUT_ITEM = ['PUT', '/v1/cart/items/ROSE-12'] as const
const PUT_PRODUCT = ['PUT', '/v1/products/ROSE-12'] as const
const PRODUCT = {
  name: 'A dozen roses',
  price: { amount: 3_500, currency: 'USD' },
  seller_id: 'seller-1',
}
const product = (fields: object) => ({ ...PRODUCT, ...fields })
const lineOf = (sku: string) => ({ sku, quantity: 1 })

const TOLD: readonly (readonly [string, readonly [string, string], unknown, string, string])[] = [
  ['an empty list', OPEN, { lines: [] }, 'lines', 'must have at least 1 item'],
  [
    'a long list',
    OPEN,
    { lines: ['A', 'B', 'C', 'D'].map(lineOf) },
    'lines',
    'must have at most 3 items',
  ],
  ['a small number', PUT_ITEM, { quantity: 0 }, 'quantity', 'must be at least 1'],
  ['a big number', PUT_ITEM, { quantity: 100 }, 'quantity', 'must be at most 99'],
  ['half a unit', PUT_ITEM, { quantity: 1.5 }, 'quantity', 'must be a whole number'],
  ['a word for a number', PUT_ITEM, { quantity: '1' }, 'quantity', 'must be a number'],
  ['nothing', PUT_ITEM, {}, 'quantity', 'is missing'],
  ['a list for a body', PUT_ITEM, [], '', 'must be an object'],
  ['an unknown field', PUT_ITEM, { coupon: 1 }, 'coupon', 'is not a field of this request'],
  ['a number for text', PUT_PRODUCT, product({ name: 7 }), 'name', 'must be text'],
  [
    'a long text',
    PUT_PRODUCT,
    product({ name: 'x'.repeat(301) }),
    'name',
    'must have at most 300 characters',
  ],
  [
    'a word that is none of ours',
    PUT_PRODUCT,
    product({ status: 'gone' }),
    'status',
    'must be active or archived',
  ],
  [
    'no address',
    PUT_PRODUCT,
    product({ image_url: 'roses.png' }),
    'image_url',
    'must be an http or https address',
  ],
]

for (const [what, [method, path], body, field, message] of TOLD) {
  fieldWords(`${what} is told in our words: ${message}`, async () => {
    const { send, tokens } = await httpWorld()
    const token = path.startsWith('/v1/products') ? tokens.seller : tokens.alice
    const { json } = await send(method, path, { body, token })
    const errors = json['errors'] as { path: string; message: string }[]
    assert.equal(errors.find((error) => error.path === field)?.message, message)
  })
}

fieldWords.run()
