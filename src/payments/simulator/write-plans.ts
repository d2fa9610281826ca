// Reads the parameters of the POST routes of PaymentIntents and says what would be decided. What is
// wrong with the parameters themselves is refused here, before any key is looked at.

import { AMOUNT_MAX } from '../../../actors/domain/money.ts'
import type { Operation } from './facts.ts'
import {
  type FormParameters,
  onlyKnown,
  optionalFlag,
  optionalInteger,
  optionalList,
  optionalText,
  optionalWord,
  Refused,
  record,
  requiredText,
} from './form-parameters.ts'
import {
  type CreateRequest,
  type Decision,
  decideCancel,
  decideCapture,
  decideConfirm,
  decideCreate,
  type Surroundings,
} from './payment-intent-decisions.ts'
import { applyIntentFact, type IntentRecord } from './payment-intent-record.ts'
import { invalid, missingParameter } from './stripe-refusal.ts'

/** Decides when it is called, on the record as it then is. `intent` is null for a creation. */
export type WritePlan = (intent: IntentRecord | null, around: Surroundings) => Decision

const METADATA_KEYS_MAX = 50
const METADATA_KEY_LENGTH_MAX = 40
const METADATA_VALUE_LENGTH_MAX = 500

const CREATE_PARAMETERS = [
  'amount',
  'currency',
  'capture_method',
  'confirm',
  'payment_method',
  'allowed_payment_method_types',
  'metadata',
  'description',
  'transfer_group',
  'error_on_requires_action',
  'return_url',
  'expand',
]
const CONFIRM_PARAMETERS = ['payment_method', 'error_on_requires_action', 'return_url', 'expand']
const CAPTURE_PARAMETERS = ['amount_to_capture', 'final_capture', 'expand']
const CANCEL_PARAMETERS = ['cancellation_reason', 'expand']
const REASONS = ['duplicate', 'fraudulent', 'requested_by_customer', 'abandoned'] as const

export const WRITE_PLANS: Readonly<Record<Operation, (form: FormParameters) => WritePlan>> = {
  create: createPlan,
  confirm(form) {
    onlyKnown(form, CONFIRM_PARAMETERS)
    const request = confirmRequest(form)
    return (intent, around) => decideConfirm(existing(intent), request, around)
  },
  capture(form) {
    onlyKnown(form, CAPTURE_PARAMETERS)
    const amount = optionalInteger(form, 'amount_to_capture', 1)
    if (form.has('final_capture') && !optionalFlag(form, 'final_capture')) {
      const message = 'This account cannot capture one PaymentIntent several times.'
      throw new Refused(invalid(message, null, 'final_capture'))
    }
    return (intent, around) => decideCapture(existing(intent), amount, around)
  },
  cancel(form) {
    onlyKnown(form, CANCEL_PARAMETERS)
    const reason = optionalWord(form, 'cancellation_reason', REASONS)
    return (intent, around) => decideCancel(existing(intent), reason, around)
  },
}

function createPlan(form: FormParameters): WritePlan {
  onlyKnown(form, CREATE_PARAMETERS)
  const request = createRequest(form)
  if (!optionalFlag(form, 'confirm')) return (_intent, around) => decideCreate(request, around)
  if (request.paymentMethod === null) throw new Refused(missingParameter('payment_method'))
  const confirm = confirmRequest(form)
  return (_intent, around) => {
    const created = decideCreate(request, around)
    const fact = created.facts[0]
    if (fact === undefined) return created
    const opened = applyIntentFact(null, fact, around.nowSeconds())
    const confirmed = decideConfirm(opened, confirm, around)
    return { facts: [fact, ...confirmed.facts], refusal: confirmed.refusal }
  }
}

/** Stripe's minimum (about half a dollar) depends on the account's bank and is not checked. */
function createRequest(form: FormParameters): CreateRequest {
  requiredText(form, 'amount')
  const amount = optionalInteger(form, 'amount', 1) ?? 0
  if (amount > AMOUNT_MAX) {
    const message = 'Amount must be no more than eight digits.'
    throw new Refused(invalid(message, 'amount_too_large', 'amount'))
  }
  const currency = requiredText(form, 'currency').toLowerCase()
  if (!/^[a-z]{3}$/.test(currency)) {
    throw new Refused(invalid(`Invalid currency: ${currency}.`, null, 'currency'))
  }
  const methods = ['automatic', 'automatic_async', 'manual'] as const
  const captureMethod = optionalWord(form, 'capture_method', methods)
  return {
    amount,
    currency,
    captureMethod: captureMethod === 'manual' ? 'manual' : 'automatic',
    allowedTypes: optionalList(form, 'allowed_payment_method_types'),
    metadata: metadataOf(form),
    description: optionalText(form, 'description'),
    transferGroup: optionalText(form, 'transfer_group'),
    paymentMethod: optionalText(form, 'payment_method'),
  }
}

function confirmRequest(form: FormParameters) {
  return {
    paymentMethod: optionalText(form, 'payment_method'),
    errorOnRequiresAction: optionalFlag(form, 'error_on_requires_action'),
  }
}

/** Limits of docs.stripe.com/api/metadata. */
function metadataOf(form: FormParameters): Readonly<Record<string, string>> {
  const metadata = record(form, 'metadata')
  const entries = Object.entries(metadata)
  const fits = ([key, value]: [string, string]) =>
    key.length <= METADATA_KEY_LENGTH_MAX && value.length <= METADATA_VALUE_LENGTH_MAX
  if (entries.length > METADATA_KEYS_MAX || !entries.every(fits)) {
    const message = 'Metadata has 50 keys of 40 characters with values of 500 characters at most.'
    throw new Refused(invalid(message, null, 'metadata'))
  }
  return metadata
}

function existing(intent: IntentRecord | null): IntentRecord {
  if (intent === null) throw new Refused(missingParameter('intent'))
  return intent
}
