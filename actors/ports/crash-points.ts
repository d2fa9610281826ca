// The places where a crash hurts have names, and a test can stand exactly there.

/** On the way to an order, in this order. */
export const BUYING_CRASH_POINTS = [
  'after_checkout_claimed',
  'after_holds_taken',
  'after_payment_journalled',
  'after_intent_created',
  'after_authorised',
  'after_pivot_journalled',
  'after_holds_committed',
  'after_order_confirmed',
  'after_captured',
] as const

/** While a checkout is changed: the gains first, then the surplus, or all of it undone. */
export const REVISING_CRASH_POINTS = [
  'after_revision_journalled',
  'after_first_gain',
  'after_all_gains',
  'after_first_surplus',
  'after_all_surplus',
  'after_revision_refused',
  'after_first_undone',
  'after_all_undone',
] as const

/** While everything is given back. */
export const RELEASING_CRASH_POINTS = ['after_holds_released', 'after_voided'] as const

export type CrashPoint =
  | (typeof BUYING_CRASH_POINTS)[number]
  | (typeof REVISING_CRASH_POINTS)[number]
  | (typeof RELEASING_CRASH_POINTS)[number]

export interface CrashPoints {
  reach(point: CrashPoint): void | Promise<void>
}

/** The only one that is composed in production. */
export const noCrashPoints: CrashPoints = { reach: () => {} }
