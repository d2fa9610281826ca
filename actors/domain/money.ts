// Money is a whole number of minor units (cents, pence) and an ISO 4217 currency. There are no
// floats and no conversions anywhere: sums of different currencies are a bug, not a number.

import { Bug } from './failures.ts'

export interface Money {
  readonly amount: number
  readonly currency: string
}

/** Largest amount a price or a total may have, in minor units (Stripe takes eight digits). */
export const AMOUNT_MAX = 99_999_999

/** Builds Money from whole minor units; anything else is a bug of the caller. */
export function money(amount: number, currency: string): Money {
  if (!Number.isSafeInteger(amount)) throw new Bug(`an amount of money is not whole: ${amount}`)
  return { amount, currency }
}

/** Adds amounts of one currency. `none` is the currency of an empty sum. */
export function sumOf(amounts: readonly Money[], none: string): Money {
  const currency = amounts[0]?.currency ?? none
  let total = 0
  for (const each of amounts) {
    if (each.currency !== currency) throw new Bug(`sum of ${currency} and ${each.currency}`)
    total += each.amount
  }
  return money(total, currency)
}

export function times(price: Money, quantity: number): Money {
  return money(price.amount * quantity, price.currency)
}

export function sameMoney(left: Money, right: Money): boolean {
  return left.amount === right.amount && left.currency === right.currency
}
