// Which refusals of the shop each kind of request can end in, for routes that share them.

import type { CheckoutRefusal } from '../../actors/domain/checkout-answer.ts'

/** Lines cannot be priced, whatever they are wanted for. */
const PRICING_REFUSALS = [
  'cart_empty',
  'too_many_lines',
  'unknown_sku',
  'sku_not_for_sale',
  'sign_in_required',
  'purchase_limit',
  'mixed_currency',
  'total_too_large',
] as const satisfies readonly CheckoutRefusal[]

/** Opening a checkout. The last two: it came and went before its first answer was given. */
export const OPENING_REFUSALS = [
  ...PRICING_REFUSALS,
  'checkout_exists',
  'out_of_stock',
  'not_open',
  'checkout_expired',
] as const satisfies readonly CheckoutRefusal[]

/** Changing a checkout that is there. */
export const REVISING_REFUSALS = [
  'checkout_expired',
  'checkout_busy',
  'not_open',
  ...PRICING_REFUSALS,
  'out_of_stock',
] as const satisfies readonly CheckoutRefusal[]

/** Paying a checkout that is there. */
export const PAYING_REFUSALS = [
  'checkout_expired',
  'already_paid',
  'payment_in_progress',
  'checkout_busy',
  'not_open',
  'address_missing',
  'total_changed',
  'too_many_attempts',
  'payment_method_unknown',
  'payment_declined',
  'payment_replaced',
  'fraud_rejected',
] as const satisfies readonly CheckoutRefusal[]

/** Cancelling a checkout that is there. */
export const CANCELLING_REFUSALS = [
  'checkout_expired',
  'checkout_busy',
  'not_open',
  'too_late_to_cancel',
] as const satisfies readonly CheckoutRefusal[]
