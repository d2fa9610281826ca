// Draws the simulator's records as Stripe's objects. Every answer is declared with the SDK's own
// type, so that the compiler proves the shape against the version the gateway uses.

import type Stripe from 'stripe'
import { testCardOf } from '../test-payment-methods.ts'
import type { EventRecord } from './event-record.ts'
import type { ChargeRecord, IntentRecord } from './payment-intent-record.ts'

/** The API version that stripe 23.1 speaks; a test compares the two. */
export const API_VERSION = '2026-10-28.endive'

export function drawIntent(intent: IntentRecord, expandsCharge: boolean): Stripe.PaymentIntent {
  const charge = intent.charges.at(-1) ?? null
  return {
    id: intent.id,
    object: 'payment_intent',
    allowed_payment_method_types: intent.allowedTypes ? [...intent.allowedTypes] : null,
    amount: intent.amount,
    amount_capturable: intent.amountCapturable,
    amount_received: intent.amountReceived,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: null,
    canceled_at: intent.canceledAt,
    cancellation_reason: intent.cancellationReason,
    capture_method: intent.captureMethod,
    client_secret: intent.clientSecret,
    confirmation_method: 'automatic',
    created: intent.createdAt,
    currency: intent.currency,
    customer: null,
    customer_account: null,
    description: intent.description,
    excluded_payment_method_types: null,
    last_payment_error: drawLastError(intent),
    latest_charge: charge && (expandsCharge ? drawCharge(charge, intent) : charge.id),
    livemode: false,
    managed_payments: null,
    metadata: { ...intent.metadata },
    next_action: intent.status === 'requires_action' ? { type: 'use_stripe_sdk' } : null,
    on_behalf_of: null,
    payment_method: intent.paymentMethod,
    payment_method_configuration_details: null,
    payment_method_options: {},
    payment_method_types: ['card'],
    payment_record: null,
    processing: null,
    receipt_email: null,
    review: null,
    setup_future_usage: null,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: intent.status,
    transfer_group: intent.transferGroup,
  }
}

function drawLastError(intent: IntentRecord): Stripe.PaymentIntent.LastPaymentError | null {
  const { lastError } = intent
  if (lastError === null) return null
  const charge = intent.charges.at(-1)
  return {
    type: 'card_error',
    code: lastError.code as Stripe.PaymentIntent.LastPaymentError.Code,
    ...(lastError.declineCode !== null && { decline_code: lastError.declineCode }),
    message: lastError.message,
    payment_method_type: 'card',
    ...(charge && { charge: charge.id }),
  }
}

export function drawCharge(charge: ChargeRecord, intent: IntentRecord): Stripe.Charge {
  const approved = charge.decline === null
  return {
    id: charge.id,
    object: 'charge',
    amount: charge.amount,
    amount_captured: charge.amountCaptured,
    // Stripe shows what a capture or a cancellation gave back as refunded, without a Refund.
    amount_refunded: charge.amountReleased,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: null,
    billing_details: { address: null, email: null, name: null, phone: null, tax_id: null },
    calculated_statement_descriptor: null,
    captured: charge.amountCaptured > 0,
    created: charge.createdAt,
    currency: intent.currency,
    customer: null,
    description: intent.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: charge.decline?.code ?? null,
    failure_message: charge.decline?.message ?? null,
    fraud_details: {},
    livemode: false,
    metadata: { ...intent.metadata },
    on_behalf_of: null,
    outcome: {
      advice_code: null,
      network_advice_code: null,
      network_decline_code: null,
      network_status: approved ? 'approved_by_network' : 'declined_by_network',
      reason: charge.decline?.declineCode ?? null,
      seller_message: null,
      type: approved ? 'authorized' : 'issuer_declined',
    },
    paid: approved,
    payment_intent: intent.id,
    payment_method: charge.paymentMethod,
    payment_method_details: { type: 'card', card: drawCard(charge) },
    receipt_email: null,
    receipt_number: null,
    receipt_url: null,
    refunded: charge.amountReleased === charge.amount,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: approved ? 'succeeded' : 'failed',
    transfer_data: null,
    transfer_group: intent.transferGroup,
  }
}

function drawCard(charge: ChargeRecord): Stripe.Charge.PaymentMethodDetails.Card {
  const card = testCardOf(charge.paymentMethod)
  const approved = charge.decline === null
  return {
    amount_authorized: approved ? charge.amount : null,
    authorization_code: null,
    brand: card?.brand ?? null,
    ...(approved && { capture_before: charge.captureBefore }),
    checks: null,
    country: 'US',
    electronic_commerce_indicator: null,
    exp_month: 12,
    exp_year: 2034,
    funding: 'credit',
    installments: null,
    last4: card?.last4 ?? null,
    mandate: null,
    network: card?.brand ?? null,
    network_transaction_id: null,
    regulated_status: null,
    three_d_secure: null,
    transaction_link_id: null,
    wallet: null,
  }
}

export function drawEvent(record: EventRecord, pendingWebhooks: number): Stripe.Event {
  return {
    id: record.id,
    object: 'event',
    api_version: API_VERSION,
    created: record.createdAt,
    data: { object: drawIntent(record.intent, false) },
    livemode: false,
    pending_webhooks: pendingWebhooks,
    request: { id: null, idempotency_key: record.idempotencyKey },
    type: record.type,
  }
}
