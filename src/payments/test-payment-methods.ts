// The payment methods of Stripe's test mode, and what each does to a confirmation. The simulator
// and the scripted gateway share this table, so a test means the same card wherever it runs.
// Source of names and codes: docs.stripe.com/testing and docs.stripe.com/declines/codes.

export interface TestCard {
  readonly brand: string
  readonly last4: string
  readonly behaviour: 'approve' | 'authenticate' | TestCardDecline
}

export interface TestCardDecline {
  readonly code: string
  readonly declineCode: string
  readonly message: string
}

const DECLINED = 'Your card was declined.'

const TEST_CARDS: Readonly<Record<string, TestCard>> = {
  pm_card_visa: { brand: 'visa', last4: '4242', behaviour: 'approve' },
  pm_card_mastercard: { brand: 'mastercard', last4: '4444', behaviour: 'approve' },
  pm_card_amex: { brand: 'amex', last4: '8431', behaviour: 'approve' },
  pm_card_authenticationRequired: { brand: 'visa', last4: '3184', behaviour: 'authenticate' },
  pm_card_chargeDeclined: declining('0002', 'card_declined', 'generic_decline', DECLINED),
  pm_card_chargeDeclinedInsufficientFunds: declining(
    '9995',
    'card_declined',
    'insufficient_funds',
    'Your card has insufficient funds.',
  ),
  pm_card_chargeDeclinedLostCard: declining('9987', 'card_declined', 'lost_card', DECLINED),
  pm_card_chargeDeclinedStolenCard: declining('9979', 'card_declined', 'stolen_card', DECLINED),
  pm_card_chargeDeclinedExpiredCard: declining(
    '0069',
    'expired_card',
    'expired_card',
    'Your card has expired.',
  ),
  pm_card_chargeDeclinedIncorrectCvc: declining(
    '0127',
    'incorrect_cvc',
    'incorrect_cvc',
    "Your card's security code is incorrect.",
  ),
  pm_card_chargeDeclinedProcessingError: declining(
    '0119',
    'processing_error',
    'processing_error',
    'An error occurred while processing your card. Try again in a little bit.',
  ),
}

/** The card behind a test payment method; null when Stripe's test mode has none of that name. */
export function testCardOf(paymentMethod: string): TestCard | null {
  // Stripe writes some of them with the brand: pm_card_visa_chargeDeclinedLostCard.
  const name = paymentMethod.replace(/^pm_card_visa_/, 'pm_card_')
  return Object.hasOwn(TEST_CARDS, name) ? (TEST_CARDS[name] ?? null) : null
}

function declining(last4: string, code: string, declineCode: string, message: string): TestCard {
  return { brand: 'visa', last4, behaviour: { code, declineCode, message } }
}
