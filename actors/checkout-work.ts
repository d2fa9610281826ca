// Performs the actions of the saga against stock, gateway and fraud screen, and says what came out.
// Everything here may be done again: commands to stock are idempotent and every gateway call of one
// operation and attempt has one key. What is not known stays unknown: `unresolved` is no outcome.

import { allAnswered } from './all-answered.ts'
import type { Checkout } from './domain/checkout.ts'
import { linesWithHolds } from './domain/checkout-revision.ts'
import { type Action, gatewayKeyOf, type Outcome, paymentOf } from './domain/checkout-saga.ts'
import { Bug } from './domain/failures.ts'
import type { OfHold, StockRefusal } from './domain/stock-command.ts'
import type { Clock } from './ports/clock.ts'
import type { CrashPoints } from './ports/crash-points.ts'
import type { FraudScreen, FraudVerdict } from './ports/fraud-screen.ts'
import type { GatewayIntent, GatewayOutcome, PaymentGateway } from './ports/payment-gateway.ts'
import type { SkuRouter } from './ports/sku-router.ts'
import { reviseHolds } from './revise-holds.ts'
import { takeHolds } from './take-holds.ts'

/** Nothing is known yet; ask again, after at least this long when the gateway named a time. */
export interface Unresolved {
  readonly kind: 'unresolved'
  readonly afterMs: number
}

export type Result = Outcome | Unresolved

export interface CheckoutWorkDeps {
  readonly skus: SkuRouter
  readonly gateway: PaymentGateway
  readonly fraud: FraudScreen
  readonly crashPoints: CrashPoints
  readonly gatewayCallTimeoutMs: number
  /** How long the fraud screen is waited for within one run. */
  readonly fraudTimeoutMs: number
  readonly clock: Clock
}

export interface CheckoutWork {
  /** `doubt`: the action may have been begun before, so look before acting. */
  perform(action: Action, checkout: Checkout, doubt: boolean): Promise<Result>
}

const SCREEN_AGAIN_AFTER_MS = 5_000

export function checkoutWork(deps: CheckoutWorkDeps): CheckoutWork {
  const { skus, gateway, fraud, crashPoints, clock, gatewayCallTimeoutMs: timeoutMs } = deps
  const keyed = (checkout: Checkout, operation: Parameters<typeof gatewayKeyOf>[1]) => ({
    idempotencyKey: gatewayKeyOf(checkout, operation),
    timeoutMs,
  })

  async function tellHolds(checkout: Checkout, kind: OfHold['kind']): Promise<StockRefusal | null> {
    const replies = await allAnswered(
      checkout.lines.map(({ sku, holdId }) => skus.ask(sku, { kind, holdId })),
    )
    for (const reply of replies) if (!reply.ok) return reply.refusal
    return null
  }

  async function takeAllHolds(checkout: Checkout, doubt: boolean): Promise<Result> {
    await crashPoints.reach('after_checkout_claimed')
    const outcome = await takeHolds(skus, checkout, doubt)
    await crashPoints.reach('after_holds_taken')
    return outcome
  }

  async function startPayment(checkout: Checkout): Promise<Result> {
    if ((await tellHolds(checkout, 'pin')) !== null) return { kind: 'time_ran_out' }
    if (checkout.total.amount === 0) return { kind: 'authorised', verdict: 'approved' }
    const created = await createIntent(checkout)
    if (isBuyersFault(created)) return declined(checkout, created.code)
    if (created.kind !== 'ok') return unlessDefinite(created)
    await crashPoints.reach('after_intent_created')
    const { intentId, clientSecret } = created.intent
    return { kind: 'intent_created', intentId, clientSecret }
  }

  function createIntent(checkout: Checkout): Promise<GatewayOutcome> {
    const metadata = {
      order_id: String(checkout.orderId),
      checkout_id: checkout.id,
      attempt: String(paymentOf(checkout).attempt),
    }
    return gateway.create({ amount: checkout.total, metadata }, keyed(checkout, 'create'))
  }

  async function confirmPayment(checkout: Checkout, doubt: boolean): Promise<Result> {
    const { intentId, method, stage } = paymentOf(checkout)
    if (intentId === null) throw new Bug(`${checkout.id} confirms a payment without an intent`)
    if (doubt || stage === 'authenticating') {
      const found = await gateway.find(intentId, { timeoutMs })
      if (found.kind !== 'ok') return unlessDefinite(found)
      const settled = await afterReading(checkout, found.intent)
      if (settled !== null) return settled
      if (stage === 'authenticating') return { kind: 'unresolved', afterMs: 0 }
    }
    const confirmed = await gateway.confirm(intentId, method, keyed(checkout, 'confirm'))
    if (confirmed.kind === 'declined') {
      return declined(checkout, confirmed.decline.declineCode ?? confirmed.decline.code)
    }
    if (confirmed.kind === 'rejected' && METHOD_UNKNOWN.test(confirmed.code)) {
      await tellHolds(checkout, 'unpin')
      return { kind: 'method_unknown' }
    }
    if (confirmed.kind !== 'ok') return unlessDefinite(confirmed)
    return (await afterReading(checkout, confirmed.intent)) ?? { kind: 'unresolved', afterMs: 0 }
  }

  /** What a reading of the intent settles; null when it settles nothing. */
  async function afterReading(checkout: Checkout, intent: GatewayIntent): Promise<Result | null> {
    switch (intent.status) {
      case 'authorised':
      case 'captured':
        await crashPoints.reach('after_authorised')
        return { kind: 'authorised', verdict: await screened(checkout) }
      case 'action_required':
        return paymentOf(checkout).stage === 'authenticating' ? null : { kind: 'action_required' }
      case 'voided':
        return declined(checkout, 'authorisation_voided')
      case 'unconfirmed': {
        const { decline } = intent
        if (decline === null) return null
        // The buyer's client knows the intent's secret, and could confirm it again unseen.
        const known = paymentOf(checkout).stage === 'authenticating'
        const left = known ? await voidWhatIsLeft(checkout) : null
        return left ?? declined(checkout, decline.declineCode ?? decline.code)
      }
      case 'processing':
        return { kind: 'unresolved', afterMs: 0 }
    }
  }

  /** The holds go back to expiring before anybody hears of the decline. */
  async function declined(checkout: Checkout, code: string): Promise<Outcome> {
    await tellHolds(checkout, 'unpin')
    return { kind: 'declined', code }
  }

  /** A screen that does not answer in time has not decided. */
  function screened(checkout: Checkout): Promise<FraudVerdict> {
    return new Promise((resolve, reject) => {
      const cancel = clock.after(deps.fraudTimeoutMs, () => resolve('undecided'))
      fraud.screen(checkout).then(resolve, reject).finally(cancel)
    })
  }

  /**
   * A read decides which of the two pays: a payment that was authenticated at the same moment
   * stands, and no other is begun. Any other is void for sure before the next one begins.
   */
  async function replacePayment(checkout: Checkout): Promise<Result> {
    const { intentId } = paymentOf(checkout)
    if (intentId === null) throw new Bug(`${checkout.id} replaces a payment without an intent`)
    const found = await gateway.find(intentId, { timeoutMs })
    if (found.kind !== 'ok') return unlessDefinite(found)
    const { status } = found.intent
    if (status === 'authorised' || status === 'captured') {
      return { kind: 'authorised', verdict: await screened(checkout) }
    }
    const left = await voidWhatIsLeft(checkout)
    return left ?? { kind: 'replaced' }
  }

  async function screenAgain(checkout: Checkout): Promise<Result> {
    const verdict = await screened(checkout)
    if (verdict === 'undecided') return { kind: 'unresolved', afterMs: SCREEN_AGAIN_AFTER_MS }
    return { kind: 'authorised', verdict }
  }

  async function commitHolds(checkout: Checkout): Promise<Result> {
    await crashPoints.reach('after_pivot_journalled')
    const refused = await tellHolds(checkout, 'commit')
    if (refused !== null)
      throw new Bug(`a pinned hold of ${checkout.id} would not commit: ${refused}`)
    await crashPoints.reach('after_holds_committed')
    return { kind: 'holds_committed' }
  }

  async function capture(checkout: Checkout): Promise<Result> {
    const { intentId } = paymentOf(checkout)
    if (intentId === null) return { kind: 'captured' }
    await crashPoints.reach('after_order_confirmed')
    const outcome = await gateway.capture(intentId, checkout.total, keyed(checkout, 'capture'))
    await crashPoints.reach('after_captured')
    if (outcome.kind === 'ok' && outcome.intent.status === 'captured') return { kind: 'captured' }
    if (outcome.kind === 'unknown' && outcome.storedFailure) return { kind: 'key_burnt' }
    if (outcome.kind === 'unknown' || outcome.kind === 'throttled') return unlessDefinite(outcome)
    // The gateway says no. A reading decides whether the money has moved all the same.
    const found = await gateway.find(intentId, { timeoutMs })
    if (found.kind !== 'ok') return unlessDefinite(found)
    if (found.intent.status === 'captured') return { kind: 'captured' }
    if (found.intent.status === 'voided') return { kind: 'capture_refused' }
    // Money that is held and cannot be taken needs a person; the tries go on meanwhile.
    throw new Bug(`the capture of ${intentId} is refused (${outcome.kind}), and it is not void`)
  }

  async function release(checkout: Checkout): Promise<Result> {
    await allAnswered(
      linesWithHolds(checkout).map(({ sku, holdId }) => skus.ask(sku, { kind: 'release', holdId })),
    )
    await crashPoints.reach('after_holds_released')
    const left = await voidWhatIsLeft(checkout)
    return left ?? { kind: 'released' }
  }

  async function reverse(checkout: Checkout): Promise<Result> {
    const left = await voidWhatIsLeft(checkout)
    if (left !== null) return left
    const replies = await allAnswered(
      checkout.lines.map(({ sku, holdId, quantity }) =>
        skus.ask(sku, { kind: 'return', commandId: `return:${holdId}`, holdId, quantity }),
      ),
    )
    for (const reply of replies) {
      if (!reply.ok) throw new Bug(`units of ${checkout.id} would not return: ${reply.refusal}`)
    }
    return { kind: 'reversed' }
  }

  /** null once no money can be held any more. */
  async function voidWhatIsLeft(checkout: Checkout): Promise<Result | null> {
    const { payment } = checkout
    if (payment === null || checkout.total.amount === 0) return null
    if (payment.status === 'failed' || payment.status === 'voided') return null
    let { intentId } = payment
    if (intentId === null) {
      // The creation may have happened unseen: its own key brings the intent to light.
      const created = await createIntent(checkout)
      // A definite no: there is no intent, and so nothing to void.
      if (isBuyersFault(created)) return null
      if (created.kind !== 'ok') return unlessDefinite(created)
      intentId = created.intent.intentId
    }
    const voided = await gateway.void(intentId, keyed(checkout, 'void'))
    await crashPoints.reach('after_voided')
    if (voided.kind === 'ok') return null
    if (voided.kind !== 'conflict') return unlessDefinite(voided)
    const found = await gateway.find(intentId, { timeoutMs })
    if (found.kind !== 'ok') return unlessDefinite(found)
    if (found.intent.status === 'voided') return null
    if (found.intent.status === 'captured')
      throw new Bug(`${intentId} is captured and must be void`)
    return { kind: 'unresolved', afterMs: 0 }
  }

  return {
    async perform(action, checkout, doubt) {
      switch (action) {
        case 'take_holds':
          return takeAllHolds(checkout, doubt)
        case 'revise_holds':
          return reviseHolds({ skus, crashPoints }, checkout, doubt)
        case 'start_payment':
          await crashPoints.reach('after_payment_journalled')
          return startPayment(checkout)
        case 'confirm_payment':
          return confirmPayment(checkout, doubt)
        case 'replace_payment':
          return replacePayment(checkout)
        case 'next_payment':
          return { kind: 'next_begins' }
        case 'screen_again':
          return screenAgain(checkout)
        case 'commit_holds':
          return commitHolds(checkout)
        case 'capture':
          return capture(checkout)
        case 'release':
          return release(checkout)
        case 'reverse':
          return reverse(checkout)
      }
    },
  }
}

// What the gateway does not take, and another card or another cart can heal: a payment method that
// it does not know, an amount. Every other rejection is our own fault.
const METHOD_UNKNOWN = /^(resource_missing|payment_method_)/
const BUYERS_FAULT = /^amount_too_/

function isBuyersFault(
  outcome: GatewayOutcome,
): outcome is Extract<GatewayOutcome, { kind: 'rejected' }> {
  return outcome.kind === 'rejected' && BUYERS_FAULT.test(outcome.code)
}

/** What is left when a call neither succeeded nor was declined: wait, or a new key. */
function unlessDefinite(outcome: Exclude<GatewayOutcome, { kind: 'ok' }>): Result {
  switch (outcome.kind) {
    case 'unknown':
      return outcome.storedFailure ? { kind: 'key_burnt' } : { kind: 'unresolved', afterMs: 0 }
    case 'throttled':
      return { kind: 'unresolved', afterMs: outcome.retryAfterMs }
    case 'conflict':
      return { kind: 'unresolved', afterMs: 0 }
    case 'declined':
      return { kind: 'unresolved', afterMs: 0 }
    case 'rejected':
      throw new Bug(`the gateway rejected a call (${outcome.code}): ${outcome.message}`)
  }
}
