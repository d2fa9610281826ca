// The GET routes of the simulated API: intents, charges and events, as single objects and lists.

import type Stripe from 'stripe'
import type { ApiAnswer } from './api-answer.ts'
import {
  expandsCharge,
  type FormParameters,
  onlyKnown,
  optionalInteger,
  optionalList,
  optionalText,
  Refused,
} from './form-parameters.ts'
import type { StripeAccount } from './stripe-account.ts'
import { drawCharge, drawEvent, drawIntent } from './stripe-objects.ts'
import { invalid, noSuch } from './stripe-refusal.ts'

const LIMIT_DEFAULT = 10
const LIMIT_MAX = 100
const LIST_PARAMETERS = ['created', 'limit', 'starting_after', 'expand']

export function readIntent(account: StripeAccount, id: string, form: FormParameters): ApiAnswer {
  onlyKnown(form, ['expand', 'client_secret'])
  const intent = account.books.intent(id)
  if (intent === null) throw new Refused(noSuch('payment_intent', id, 404, 'intent'))
  return { status: 200, body: drawIntent(intent, expandsCharge(form, '')) }
}

/** Newest first, like every list of Stripe's; immediate, unlike its search. */
export function listIntents(account: StripeAccount, form: FormParameters): ApiAnswer {
  onlyKnown(form, LIST_PARAMETERS)
  const { books } = account
  const expands = expandsCharge(form, 'data.')
  const { limit, from, until } = pageOf(form)
  const after = optionalText(form, 'starting_after')
  const last = after === null ? books.intentIds.length : books.positionOf(after)
  if (last === -1) throw new Refused(noSuch('payment_intent', after ?? '', 400, 'starting_after'))

  const data: Stripe.PaymentIntent[] = []
  let more = false
  for (let position = last - 1; position >= 0; position -= 1) {
    const intent = books.intent(books.intentIds[position] ?? '')
    // The clock never goes back, so everything further down is older still.
    if (intent === null || intent.createdAt < from) break
    if (intent.createdAt > until) continue
    if (data.length === limit) {
      more = true
      break
    }
    data.push(drawIntent(intent, expands))
  }
  return listAnswer('/v1/payment_intents', data, more)
}

export function readCharge(account: StripeAccount, id: string, form: FormParameters): ApiAnswer {
  onlyKnown(form, [])
  const owner = account.books.chargeOwners.get(id)
  const intent = owner === undefined ? null : account.books.intent(owner)
  const charge = intent?.charges.find((each) => each.id === id)
  if (!intent || !charge) throw new Refused(noSuch('charge', id, 404, 'charge'))
  return { status: 200, body: drawCharge(charge, intent) }
}

export function listEvents(account: StripeAccount, form: FormParameters): ApiAnswer {
  onlyKnown(form, [...LIST_PARAMETERS, 'types', 'type'])
  const { events } = account.books
  const { limit, from, until } = pageOf(form)
  const types = optionalList(form, 'types')
  const type = optionalText(form, 'type')
  const newestFirst = events.recent().toReversed()
  const after = optionalText(form, 'starting_after')
  const start = after === null ? 0 : newestFirst.findIndex(({ id }) => id === after) + 1
  if (after !== null && start === 0)
    throw new Refused(noSuch('event', after, 400, 'starting_after'))
  const wanted = newestFirst
    .slice(start)
    .filter((event) => event.createdAt >= from && event.createdAt <= until)
    .filter((event) => (types?.includes(event.type) ?? true) && (type ?? event.type) === event.type)
  const data = wanted
    .slice(0, limit)
    .map((event) => drawEvent(event, events.owed.has(event.id) ? 1 : 0))
  return listAnswer('/v1/events', data, wanted.length > limit)
}

function listAnswer<Item>(url: string, data: Item[], more: boolean): ApiAnswer {
  const body: Omit<Stripe.ApiList<Item>, 'object'> & { object: 'list' } = {
    object: 'list',
    data,
    has_more: more,
    url,
  }
  return { status: 200, body }
}

/** `from` and `until` are inclusive Unix seconds, out of `created` or `created[gte|gt|lte|lt]`. */
function pageOf(form: FormParameters) {
  const limit = optionalInteger(form, 'limit', 1) ?? LIMIT_DEFAULT
  if (limit > LIMIT_MAX) {
    throw new Refused(invalid(`A page has ${LIMIT_MAX} at most.`, null, 'limit'))
  }
  const at = optionalInteger(form, 'created', 0)
  const bound = (name: string, shift: number, none: number) => {
    const seconds = optionalInteger(form, `created[${name}]`, 0)
    return seconds === null ? none : seconds + shift
  }
  return {
    limit,
    from: Math.max(at ?? 0, bound('gte', 0, 0), bound('gt', 1, 0)),
    until: Math.min(
      at ?? Number.MAX_SAFE_INTEGER,
      bound('lte', 0, Number.MAX_SAFE_INTEGER),
      bound('lt', -1, Number.MAX_SAFE_INTEGER),
    ),
  }
}
