// Reads what the cart scripts answer. What lies in Redis is outside data: a field that is no line
// of ours is left out of the cart and reported, since a cart promises nothing and one bad line must
// not take the others away.

import type { Cart, CartLine, NotTaken } from '../../actors/domain/cart.ts'
import { NOT_TAKEN_REASONS } from '../../actors/domain/cart.ts'
import { Bug } from '../../actors/domain/failures.ts'
import { type CartId, parseSku, type Sku } from '../../actors/domain/ids.ts'
import { money } from '../../actors/domain/money.ts'

/** Told the name of each field that could not be read, cut short; never its contents. */
export type OnUnreadable = (field: string) => void

const LINE = /^(\d{1,15}) (\d{1,15}) ([1-9]\d{0,8}) (\d{1,15}) ([A-Z]{3})$/
const FIELD_SHOWN_MAX = 80

interface PlacedLine {
  readonly place: number
  readonly line: CartLine
}

/** `reply`: fields and values in turn. */
export function cartOfReply(reply: unknown, onUnreadable: OnUnreadable): Cart {
  if (!Array.isArray(reply)) throw new Bug('a cart script answered something else than a list')
  let cartId: string | null = null
  const placed: PlacedLine[] = []
  for (let at = 0; at < reply.length; at += 2) {
    const field = String(reply[at])
    const value = String(reply[at + 1])
    if (field === 'id') cartId = value
    if (!field.startsWith('line:')) continue
    const line = placedLineOf(field.slice(5), value)
    if (line === null) onUnreadable(field.slice(0, FIELD_SHOWN_MAX))
    else placed.push(line)
  }
  if (cartId === null) throw new Bug('a cart script answered a cart without an id')
  // Redis keeps fields in no order.
  placed.sort((left, right) => left.place - right.place)
  return { cartId: cartId as CartId, lines: placed.map(({ line }) => line) }
}

function placedLineOf(name: string, value: string): PlacedLine | null {
  const sku = parseSku(name)
  const [, place, addedAtMs, quantity, amount, currency] = LINE.exec(value) ?? []
  if (sku === null || currency === undefined) return null
  const priceSeen = money(Number(amount), currency)
  const line = { sku, quantity: Number(quantity), priceSeen, addedAtMs: Number(addedAtMs) }
  return { place: Number(place), line }
}

/** A move of lines between two carts, as the cart that is left remembers it. */
export interface CartMove {
  readonly id: string
  /** Whose cart the lines go to. */
  readonly to: string
  readonly isUnderWay: boolean
  /** As Redis wrote it, for the script that takes the lines. */
  readonly json: string
}

/** null: nothing was ever moved out of the cart, or it cannot be read any more. */
export function cartMoveOfReply(reply: unknown, onUnreadable: OnUnreadable): CartMove | null {
  if (reply === null) return null
  const json = String(reply)
  const { id, to, lines } = (parsedJson(json) ?? {}) as Record<string, unknown>
  if (typeof id === 'string' && typeof to === 'string') {
    return { id, to, isUnderWay: lines !== undefined, json }
  }
  onUnreadable('leaving')
  return null
}

/** `json`: `[[sku, units, reason], …]`; Lua writes an empty list as an object. */
export function notTakenOfReply(json: unknown): NotTaken[] {
  const all = parsedJson(String(json))
  if (!Array.isArray(all)) return []
  return all.map(([sku, quantity, reason]: unknown[]) => {
    const known = NOT_TAKEN_REASONS.find((each) => each === reason)
    if (known === undefined) throw new Bug(`a line was not taken for no reason of ours: ${reason}`)
    return { sku: String(sku) as Sku, quantity: Number(quantity), reason: known }
  })
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
