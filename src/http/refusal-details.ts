// What each refusal of the shop says to a person: what happened, what it means for the order or
// the stock, what to do next. And what it shows beside the words.

import type { PriceChange } from '../../actors/domain/checkout.ts'
import type {
  CheckoutAnswer,
  CheckoutRefusal,
  RefusalDetails,
} from '../../actors/domain/checkout-answer.ts'
import { PAYMENT_ATTEMPTS_MAX } from '../../actors/domain/checkout-saga.ts'
import type { Money } from '../../actors/domain/money.ts'
import type { Problem } from './problem.ts'
import { moneyBody } from './schemas/money-schema.ts'
import { priceChangeBody } from './schemas/price-change-schema.ts'

export type Refused = Extract<CheckoutAnswer, { readonly kind: 'refused' }>

/** What a refusal may bring, price changes included. */
type Brought = RefusalDetails & { readonly priceChanges?: readonly PriceChange[] }

type Say = string | ((brought: Brought) => string)

const ATTEMPTS_IN_ALL = `A checkout has ${PAYMENT_ATTEMPTS_MAX} attempts in all.`

const BUSY_WITH = {
  change:
    'The checkout is being changed by another request; nothing was done here. Try again shortly.',
  running:
    'A payment of this checkout is running, so nothing was changed. ' +
    'Look at the checkout: it can be changed again only if that payment fails.',
  authenticating:
    'A payment of this checkout waits for the buyer to authenticate it, so nothing was changed. ' +
    'Authenticate it, or pay otherwise with a new Idempotency-Key; to buy something else, ' +
    'cancel this checkout and open a new one.',
} as const satisfies Record<NonNullable<Brought['busyPaying']> | 'change', string>

const DETAILS = {
  checkout_not_found:
    'There is no such checkout of yours. Nothing was done. Check the id, or open a new checkout.',
  checkout_expired:
    'The time to pay ran out: the stock was given back and nothing was charged. Open a new one.',
  already_paid:
    'This checkout is paid already; you were not charged again. Its order is the one to look at.',
  payment_in_progress:
    'Another payment for this checkout is running, so this one was not begun. ' +
    'Look at the checkout, and pay again only if that one fails.',
  checkout_busy: ({ busyPaying }) => BUSY_WITH[busyPaying ?? 'change'],
  not_open: 'This checkout has ended and nothing was charged by this request. Open a new checkout.',
  too_late_to_cancel:
    'The sale is done or past recall, so nothing was cancelled. Look at its order.',
  address_missing:
    'The checkout has no shipping address; nothing was charged and the stock stays held. ' +
    'Give it one with PATCH and shipping_address, then pay.',
  total_changed: ({ expected, actual }) =>
    `You expected to pay ${amountOf(expected)}, but the total is ${amountOf(actual)}. ` +
    'Nothing was charged and the stock stays held. Show the total, then pay with it.',
  too_many_attempts:
    `A checkout can be paid in ${PAYMENT_ATTEMPTS_MAX} attempts at most, and this one had them; ` +
    'nothing was charged by this request. To try again, cancel it, which gives its stock back, ' +
    'and open a new one.',
  payment_method_unknown:
    'The gateway does not know this payment method, so nothing was charged. The stock stays held ' +
    'until the checkout expires: pay with another payment_method and a new Idempotency-Key. ' +
    ATTEMPTS_IN_ALL,
  payment_declined:
    'The payment was declined and nothing was charged. The stock stays held until the checkout ' +
    'expires: pay with another payment method and a new Idempotency-Key. ' +
    ATTEMPTS_IN_ALL,
  payment_replaced:
    'Another payment of this checkout took the place of this one before it was authenticated; ' +
    'nothing was charged by this one. Look at the checkout to see what became of the other.',
  fraud_rejected:
    'The payment was not accepted after a check; nothing was charged and the stock was given back.',
  cart_empty: 'There is nothing in the cart, so no checkout was opened. Add a product first.',
  too_many_lines:
    'That is more lines than one cart may have; nothing was changed. Buy in several checkouts.',
  unknown_sku: ({ skus }) =>
    `There is no product ${listOf(skus)}. Nothing was held or changed. Check the SKU.`,
  sku_not_for_sale: ({ skus }) =>
    `${listOf(skus)} cannot be bought at present. Nothing was held or changed. ` +
    'Leave it out and try again.',
  sign_in_required: ({ skus }) =>
    `${listOf(skus)} is sold in limited numbers, so only to buyers who signed in. ` +
    'Nothing was held or changed. Sign in and try again, or leave it out.',
  purchase_limit:
    'A buyer may have only so many of a product, and these lines are above it together with what ' +
    'you hold and bought before. Nothing was taken. `lines` says the limit and how many remain ' +
    'for you: lower the quantities to that.',
  mixed_currency:
    'The lines are priced in more than one currency. Nothing was held or changed. ' +
    'Open one checkout for each currency.',
  total_too_large:
    'The total is more than one payment can be. Nothing was held or changed. ' +
    'Buy it in several checkouts.',
  checkout_exists:
    'This cart is being bought in another checkout, named in checkout_id; no second one was ' +
    'opened. Go on with that one, or cancel it.',
  out_of_stock:
    'Not every line can be had, so nothing was taken, and a checkout that was to be changed is ' +
    'as it was: `lines` says what each could have. ' +
    'Lower the quantities, or try again later: a checkout that ends unpaid gives its stock back.',
  stock_limit_reached:
    'The SKU would hold more units than can be counted. Nothing was received. Check the quantity.',
  insufficient_stock: ({ available }) =>
    `Only ${available ?? 'some'} units are available; held and sold ones cannot be written off. ` +
    'Nothing was changed. Write off at most what is available.',
} as const satisfies Record<CheckoutRefusal, Say>

/** The problem that tells of a refusal; the same for the same refusal, whenever it is told. */
export function problemOfRefusal(refused: Refused): Problem {
  const say: Say = DETAILS[refused.refusal]
  return {
    code: refused.refusal,
    detail: typeof say === 'string' ? say : say(refused.details),
    more: {
      ...(refused.checkoutId === null ? {} : { checkout_id: refused.checkoutId }),
      ...shownBeside(refused.refusal, refused.details),
    },
  }
}

function shownBeside(refusal: CheckoutRefusal, brought: Brought): Record<string, unknown> {
  switch (refusal) {
    case 'out_of_stock': {
      const lines = brought.lines ?? []
      return {
        lines: lines.map(({ line, sku, requested, available }) => {
          return { line, sku, requested, available }
        }),
      }
    }
    case 'purchase_limit': {
      const lines = brought.limits ?? []
      return {
        lines: lines.map(({ line, sku, requested, limit, remaining }) => {
          return { line, sku, requested, limit, remaining }
        }),
      }
    }
    case 'unknown_sku':
    case 'sku_not_for_sale':
    case 'sign_in_required':
      return { skus: brought.skus ?? [] }
    case 'total_changed':
      return {
        ...(brought.expected ? { expected: moneyBody(brought.expected) } : {}),
        ...(brought.actual ? { actual: moneyBody(brought.actual) } : {}),
        price_changes: (brought.priceChanges ?? []).map(priceChangeBody),
      }
    case 'payment_method_unknown':
      return { errors: [{ path: 'payment_method', message: 'is not known to the gateway' }] }
    case 'payment_declined':
      return { decline_code: brought.declineCode ?? null }
    case 'insufficient_stock':
      return brought.available === undefined ? {} : { available: brought.available }
    default:
      return {}
  }
}

function amountOf(money: Money | undefined): string {
  return money === undefined ? 'another sum' : `${money.amount} ${money.currency} (minor units)`
}

function listOf(skus: readonly string[] | undefined): string {
  if (skus === undefined || skus.length === 0) return 'of that name'
  return skus.slice(0, 5).join(', ') + (skus.length > 5 ? ` and ${skus.length - 5} more` : '')
}
