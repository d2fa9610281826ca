// One checkout: drives the saga. The actor never waits for the world inside a message: it starts an
// action, and the result comes back as a message, so that a cancel or a webhook is seen at once.
// Only the journal is awaited, because what is not written has not happened.
//
//   idle     nothing to do: open, at rest, or waiting for a webhook
//   working  an action is running (checkout-runs.ts)
//   resting  the result was unknown: the same action runs again after a pause; a hint ends it

import type { KeyedReply, KeyedRequest, Pay } from './checkout-client.ts'
import { checkoutRuns } from './checkout-runs.ts'
import { checkoutWaiters, type Replier } from './checkout-waiters.ts'
import type { CheckoutWork, Result } from './checkout-work.ts'
import type { ShippingAddress } from './domain/address.ts'
import { type Checkout, isAtRest, isAuthenticating, type RequestKey } from './domain/checkout.ts'
import type { CheckoutAnswer, Interim } from './domain/checkout-answer.ts'
import { asPutOff, paymentDeadlineMs } from './domain/checkout-expiry.ts'
import {
  PASSING_REFUSALS,
  refusalToCancel,
  refusalToPay,
  refusalToRevise,
} from './domain/checkout-requests.ts'
import { stepToRevising } from './domain/checkout-revision.ts'
import {
  actionOf,
  stepAfter,
  stepToPaying,
  stepToReleasing,
  stepToReplacing,
} from './domain/checkout-saga.ts'
import type { Step } from './domain/checkout-step.ts'
import { RetryLater } from './domain/failures.ts'
import type { CheckoutId } from './domain/ids.ts'
import { orderRecordOf } from './domain/order-record.ts'
import type { Priced } from './domain/pricing.ts'
import type { LedgerClock } from './ledger-clock.ts'
import type { CheckoutJournal, KeyClaim } from './ports/checkout-journal.ts'
import type { Clock, Randomness } from './ports/clock.ts'

interface Asking {
  readonly request: KeyedRequest
  readonly reply: Replier
  /** By the monotonic clock: until then the request waits for a definite answer. */
  readonly untilMs: number
}

/** `claimed`: the key is already in the journal and points here. */
type Watching = Asking & { readonly kind: 'watch' }
type Revising = Asking & {
  readonly kind: 'revise'
  /** null when the lines stay. */
  readonly priced: Priced | null
  readonly shippingAddress: ShippingAddress | null
  readonly claimed: boolean
}
type Paying = Asking & { readonly kind: 'pay'; readonly pay: Pay; readonly claimed: boolean }
type Cancelling = Asking & { readonly kind: 'cancel'; readonly claimed: boolean }

export type CheckoutMessage =
  | Watching
  | Revising
  | Paying
  | Cancelling
  | { readonly kind: 'result'; readonly run: number; readonly result: Result | Error }
  /** Somebody knows something: the gateway sent a webhook, or a pause is over. */
  | { readonly kind: 'nudge' }
  /** The completer came by; a pause that is not over is left alone. */
  | { readonly kind: 'wake' }
  | { readonly kind: 'budget_over'; readonly reply: Replier }

export interface CheckoutActorDeps {
  readonly journal: CheckoutJournal
  readonly work: CheckoutWork
  readonly clock: Clock
  readonly ledgerClock: LedgerClock
  readonly randomness: Randomness
  readonly onBug: (actor: string, error: unknown) => void
}

export interface CheckoutBehaviour {
  handle(message: CheckoutMessage): Promise<void>
  /** Nothing runs, nobody waits and no pause is pending: the journal knows all there is. */
  idle(): boolean
  /** Nothing will happen to the checkout by itself any more, or there is no such checkout. */
  atRest(): boolean
}

export function checkoutBehaviour(
  deps: CheckoutActorDeps,
  id: CheckoutId,
  /** The checkout as it was just inserted; null when it is to be read first. */
  fresh: Checkout | null,
  tellSelf: (message: CheckoutMessage) => void,
): CheckoutBehaviour {
  const { journal, clock, ledgerClock } = deps
  const waiters = checkoutWaiters(clock, (reply) => tellSelf({ kind: 'budget_over', reply }))
  const runs = checkoutRuns({
    clock,
    randomness: deps.randomness,
    onReturn: (run, result) => tellSelf({ kind: 'result', run, result }),
    onPauseOver: () => tellSelf({ kind: 'nudge' }),
  })
  let checkout = fresh
  // What was read from the journal may have been begun by a process that is gone.
  let doubt = fresh === null

  async function handle(message: CheckoutMessage): Promise<void> {
    // That a run is back is noted before anything can fail: nothing starts while one is out.
    const counts = message.kind === 'result' && runs.isBack(message.run)
    try {
      checkout ??= await journal.load(id)
      if (message.kind !== 'result') await receive(message)
      else if (counts) await onResult(message.result)
      proceed()
    } catch (error) {
      forget()
      const failure = failureOf(error)
      if ('reply' in message) message.reply(failure)
      waiters.fail(failure)
      runs.pause(0)
    }
  }

  async function receive(message: Exclude<CheckoutMessage, { kind: 'result' }>): Promise<void> {
    switch (message.kind) {
      case 'watch':
        return onWatch(message)
      case 'revise':
        return onRevise(message)
      case 'pay':
        return onPay(message)
      case 'cancel':
        return onCancel(message)
      case 'nudge':
        return onNudge()
      case 'wake':
        return runs.paused() ? undefined : onNudge()
      case 'budget_over':
        return onBudgetOver(message.reply)
    }
  }

  async function onWatch(message: Watching): Promise<void> {
    const { request, reply, untilMs } = message
    if (checkout === null) return reply(notFound(request))
    // Bought at once: the key that opened it is by now that of a payment, and is told as much.
    const own = paidUnder(checkout, request)
    if (own !== null) return repeatPay(checkout, own.fingerprint, message)
    if (waiters.has(request)) reply({ kind: 'in_progress' })
    else if (!settledForWatcher(checkout)) waiters.add(request, reply, untilMs)
    else if (!(await answeredBefore(request, reply))) reply(currently(checkout, request))
  }

  async function onRevise(message: Revising): Promise<void> {
    const { request, priced, shippingAddress, reply, claimed, untilMs } = message
    if (checkout === null || checkout.userId !== request.caller) return reply(notFound(request))
    const own = checkout.revision
    if (own !== null && isSame(own.request, request)) {
      if (own.fingerprint !== request.fingerprint) return reply({ kind: 'key_reused' })
      if (waiters.has(request)) return reply({ kind: 'in_progress' })
      return waiters.add(request, reply, untilMs)
    }
    if (claimed && (await answeredBefore(request, reply))) return
    const nowMs = ledgerClock.nowMs()
    const refused = refusalToRevise(inTime(checkout), priced, nowMs)
    if (refused !== null) return refuse(request, refused, reply)
    const cart = priced?.ok ? priced.cart : null
    const { caller, key, fingerprint } = request
    const asked = { request: { caller, key }, fingerprint }
    const step = stepToRevising(checkout, { cart, shippingAddress }, asked, nowMs)
    if (await write(step, claimed ? null : claimOf(request))) waiters.add(request, reply, untilMs)
    else reply({ kind: 'in_progress' })
  }

  async function onPay(message: Paying): Promise<void> {
    const { request, pay, reply, claimed, untilMs } = message
    if (checkout === null || checkout.userId !== request.caller) return reply(notFound(request))
    const own = paidUnder(checkout, request)
    if (own !== null) return repeatPay(checkout, own.fingerprint, message)
    if (claimed && (await answeredBefore(request, reply))) return
    const nowMs = ledgerClock.nowMs()
    const refused = refusalToPay(inTime(checkout), pay.expectedTotal, nowMs)
    if (refused !== null) return refuse(request, refused, reply)
    const { caller, key, fingerprint } = request
    const order = { method: pay.paymentMethod, request: { caller, key }, fingerprint }
    const step = isAuthenticating(checkout)
      ? stepToReplacing(checkout, order, nowMs)
      : stepToPaying(checkout, order, nowMs)
    if (await write(step, claimed ? null : claimOf(request))) waiters.add(request, reply, untilMs)
    else reply({ kind: 'in_progress' })
  }

  function repeatPay(
    current: Checkout,
    fingerprint: string,
    { request, reply, untilMs }: Asking,
  ): void {
    const told = waiters.wasToldInterim(request) || isAuthenticating(current)
    const interim = told ? interimOf(current) : null
    if (fingerprint !== request.fingerprint) reply({ kind: 'key_reused' })
    else if (waiters.has(request)) reply({ kind: 'in_progress' })
    else if (interim) reply({ kind: 'interim', interim, replayed: true })
    else waiters.add(request, reply, untilMs)
  }

  async function onCancel(message: Cancelling): Promise<void> {
    const { request, reply, claimed, untilMs } = message
    if (checkout === null || checkout.userId !== request.caller) return reply(notFound(request))
    if (claimed && (await answeredBefore(request, reply))) return
    const refused = refusalToCancel(checkout)
    if (refused !== null) return refuse(request, refused, reply)
    if (checkout.state === 'cancelled') {
      return refuse(request, { kind: 'checkout_cancelled', checkout }, reply)
    }
    if (waiters.has(request)) return reply({ kind: 'in_progress' })
    const interim = checkout.state === 'releasing' ? interimOf(checkout) : null
    if (interim) return reply({ kind: 'interim', interim, replayed: false })
    const { caller, key } = request
    const step = stepToReleasing(checkout, 'cancelled', { caller, key }, ledgerClock.nowMs())
    if (await write(step, claimed ? null : claimOf(request))) waiters.add(request, reply, untilMs)
    else reply({ kind: 'in_progress' })
  }

  async function onResult(result: Result | Error): Promise<void> {
    if (checkout === null) return
    if (result instanceof Error) {
      doubt = true
      if (result instanceof RetryLater) waiters.fail(result)
      else deps.onBug(id, result)
      return isPastDeadline(checkout) ? giveUp(checkout) : runs.pause(0)
    }
    if (result.kind === 'unresolved') {
      if (isPastDeadline(checkout)) return giveUp(checkout)
      // The buyer takes the time they take; a hint or the completer has it looked at again.
      doubt = !isAuthenticating(checkout)
      return doubt ? runs.pause(result.afterMs) : undefined
    }
    await write(stepAfter(checkout, result, ledgerClock.nowMs()), null)
    // After a burnt key nothing is known yet, and the pauses go on growing: a gateway that fails is
    // not hammered.
    if (result.kind === 'key_burnt') doubt = true
    else runs.startOver()
  }

  /**
   * What is in memory may be older than the journal: a write whose outcome was not known may have
   * happened after all, or another process may have moved the checkout on.
   */
  async function onNudge(): Promise<void> {
    runs.endPause()
    if (!runs.waiting()) return
    const seen = checkout?.version
    checkout = await journal.load(id)
    if (checkout === null) return
    if (checkout.version !== seen) doubt = true
    const nowMs = ledgerClock.nowMs()
    if (isAuthenticating(checkout)) doubt = true
    if (checkout.state === 'open' && inTime(checkout).expiresAtMs <= nowMs) {
      await write(stepToReleasing(checkout, 'expired', null, nowMs), null)
    } else if (isAuthenticating(checkout) && isPastDeadline(checkout)) {
      await giveUp(checkout)
    }
  }

  function onBudgetOver(reply: Replier): void {
    if (checkout === null || !waiters.drop(reply)) return
    const interim = interimOf(checkout)
    if (interim) reply({ kind: 'interim', interim, replayed: false })
    else reply(new RetryLater('deadline_passed', 'the checkout could not be decided in time'))
  }

  /** A payment that nobody can explain is voided and its stock given back. */
  async function giveUp(current: Checkout): Promise<void> {
    if (current.state !== 'paying' && current.state !== 'reviewing') return runs.pause(0)
    await write(stepToReleasing(current, 'expired', null, ledgerClock.nowMs()), null)
  }

  /** False when the key belongs to somebody else; a lost race throws, and the journal is read. */
  async function write(step: Step, claim: KeyClaim | null): Promise<boolean> {
    const { answers } = step
    const outcome = await journal.write({ ...step, claim, order: orderRecordOf(step, checkout) })
    if (outcome === 'stale') throw new RetryLater('journal_unavailable', `${id} moved on elsewhere`)
    if (outcome === 'key_taken') {
      forget()
      return false
    }
    // A run of the state before is of no interest any more, nor is the pause before its next try.
    runs.disown()
    runs.endPause()
    doubt = false
    checkout = step.checkout
    for (const { request, answer } of answers) waiters.answer(request, answer)
    tellWatchers(step.checkout)
    return true
  }

  /** Who waits for the checkout to open, or for the buyer to authenticate, is told. */
  function tellWatchers(current: Checkout): void {
    if (current.state === 'confirmed' || settledForWatcher(current)) waiters.settled(current)
    if (isAuthenticating(current)) {
      waiters.interim({ kind: 'authenticate', checkout: current })
    }
  }

  function proceed(): void {
    if (checkout === null) return
    const action = actionOf(checkout)
    // An authentication is looked at when somebody hints at it, not in a loop.
    if (action === null || (isAuthenticating(checkout) && !doubt)) return
    if (!runs.mayStart(action === 'release')) return
    const now = inTime(checkout)
    const doubtful = doubt
    runs.start(() => deps.work.perform(action, now, doubtful))
  }

  function forget(): void {
    checkout = null
    doubt = true
    runs.disown()
  }

  /**
   * The key was looked up before this message was sent; its answer may have been written since, by
   * the saga itself. What was answered is said again and never done again.
   */
  async function answeredBefore(request: KeyedRequest, reply: Replier): Promise<boolean> {
    const known = await journal.findKey(request)
    if (known === null || known.answer === null) return false
    if (known.fingerprint !== request.fingerprint) reply({ kind: 'key_reused' })
    else {
      const { answer, requestId } = known
      reply({ kind: 'answer', answer, replayed: true, requestId })
    }
    return true
  }

  async function refuse(
    request: KeyedRequest,
    answer: CheckoutAnswer,
    reply: Replier,
  ): Promise<void> {
    if (await answeredBefore(request, reply)) return
    const passing = answer.kind === 'refused' && PASSING_REFUSALS.has(answer.refusal)
    if (!passing) await journal.remember(claimOf(request), id, answer)
    reply({ kind: 'answer', answer, replayed: false, requestId: request.requestId })
  }

  /** For judging and acting, never for writing: the journal keeps the end it always had. */
  function inTime(current: Checkout): Checkout {
    return asPutOff(current, ledgerClock.outages())
  }

  function isPastDeadline(current: Checkout): boolean {
    return ledgerClock.nowMs() >= paymentDeadlineMs(current, ledgerClock.outages())
  }

  function failureOf(error: unknown): RetryLater {
    if (error instanceof RetryLater) return error
    deps.onBug(id, error)
    return new RetryLater('journal_unavailable', 'the checkout could not go on', { cause: error })
  }

  return {
    handle,
    idle: () => runs.idle() && waiters.none(),
    atRest: () => checkout === null || isAtRest(checkout.state),
  }
}

function isSame(left: RequestKey, right: RequestKey): boolean {
  return left.key === right.key && left.caller === right.caller
}

/** The payment that this request began and nobody answered yet, or that is to take its place. */
function paidUnder({ payment }: Checkout, request: KeyedRequest) {
  const begun = [payment, payment?.successor ?? null]
  return begun.find((own) => own?.request && isSame(own.request, request)) ?? null
}

function claimOf({ caller, key, fingerprint, requestId }: KeyedRequest): KeyClaim {
  return { caller, key, fingerprint, requestId }
}

function notFound(request: KeyedRequest): KeyedReply {
  const answer: CheckoutAnswer = {
    kind: 'refused',
    refusal: 'checkout_not_found',
    checkoutId: null,
    details: {},
  }
  return { kind: 'answer', answer, replayed: false, requestId: request.requestId }
}

function settledForWatcher(checkout: Checkout): boolean {
  return checkout.state === 'open' || actionOf(checkout) === null
}

/** What somebody is told who asks about a checkout that nothing is happening to. */
function currently(checkout: Checkout, request: KeyedRequest): KeyedReply {
  const answer: CheckoutAnswer = { kind: 'checkout_opened', checkout }
  return { kind: 'answer', answer, replayed: false, requestId: request.requestId }
}

function interimOf(checkout: Checkout): Interim | null {
  switch (checkout.state) {
    case 'paying':
      return isAuthenticating(checkout)
        ? { kind: 'authenticate', checkout }
        : { kind: 'payment_pending', checkout }
    case 'reviewing':
      return { kind: 'under_review', checkout }
    case 'committing':
      return { kind: 'payment_pending', checkout }
    case 'releasing':
      return { kind: 'cancel_pending', checkout }
    default:
      return null
  }
}
