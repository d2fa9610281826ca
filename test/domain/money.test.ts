// Money is whole minor units of one currency, or it is a bug.

import assert from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'uvu'
import { Bug } from '../../actors/domain/failures.ts'
import { AMOUNT_MAX, money, sameMoney, sumOf, times } from '../../actors/domain/money.ts'

test('an amount is a whole number', () => {
  assert.deepEqual(money(1_999, 'USD'), { amount: 1_999, currency: 'USD' })
  for (const amount of [19.99, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
    assert.throws(() => money(amount, 'USD'), Bug)
  }
})

test('a sum is exact, whatever its order', () => {
  const amounts = fc.array(fc.integer({ min: 0, max: AMOUNT_MAX }), { maxLength: 100 })
  fc.assert(
    fc.property(amounts, (each) => {
      const total = each.reduce((sum, amount) => sum + BigInt(amount), 0n)
      const there = each.map((amount) => money(amount, 'GBP'))
      assert.equal(BigInt(sumOf(there, 'GBP').amount), total)
      assert.equal(BigInt(sumOf(there.toReversed(), 'GBP').amount), total)
    }),
  )
})

test('a sum of nothing has the currency it is given', () => {
  assert.deepEqual(sumOf([], 'EUR'), money(0, 'EUR'))
})

test('different currencies have no sum', () => {
  assert.throws(() => sumOf([money(1, 'EUR'), money(1, 'USD')], 'EUR'), Bug)
})

test('a price times a quantity is exact, and what is beyond exactness is a bug', () => {
  assert.deepEqual(times(money(AMOUNT_MAX, 'USD'), 999), money(99_899_999_001, 'USD'))
  assert.throws(() => times(money(AMOUNT_MAX, 'USD'), 1_000_000_000), Bug)
})

test('the same amount of another currency is other money', () => {
  assert(sameMoney(money(5, 'USD'), money(5, 'USD')))
  assert(!sameMoney(money(5, 'USD'), money(5, 'EUR')))
  assert(!sameMoney(money(5, 'USD'), money(6, 'USD')))
})

test.run()
