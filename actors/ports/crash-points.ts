// The places where a crash hurts have names, and a test can stand exactly there.

export const CRASH_POINTS = [
  'after_checkout_claimed',
  'after_holds_taken',
  'after_payment_journalled',
  'after_intent_created',
  'after_authorised',
  'after_pivot_journalled',
  'after_holds_committed',
  'after_order_confirmed',
  'after_captured',
  'after_holds_released',
  'after_voided',
] as const

export type CrashPoint = (typeof CRASH_POINTS)[number]

export interface CrashPoints {
  reach(point: CrashPoint): void | Promise<void>
}

/** The only one that is composed in production. */
export const noCrashPoints: CrashPoints = { reach: () => {} }
