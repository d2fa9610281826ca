// Names of things. Ids are prefixed, sort by the time they were made (UUIDv7) and end in the user
// shard of their owner, so that any of them finds its database by itself.

import { Bug } from './failures.ts'

declare const brand: unique symbol
type Branded<Name extends string> = string & { readonly [brand]: Name }

export type Sku = Branded<'Sku'>
export type UserId = Branded<'UserId'>
export type SellerId = Branded<'SellerId'>
export type CheckoutId = Branded<'CheckoutId'>
export type OrderId = Branded<'OrderId'>
export type HoldId = Branded<'HoldId'>
export type CartId = Branded<'CartId'>

// `.` and `..` are steps in the path of an address: a product of such a name could not be reached.
const SKU_PATTERN = /^(?!\.{1,2}$)[A-Za-z0-9._-](?:[A-Za-z0-9 ._-]{0,62}[A-Za-z0-9._-])?$/
const SUBJECT_PATTERN = /^[\x21-\x7e]{1,128}$/
const MINTED = /^(?:chk|ord|cart)_[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}$/

/** 1 to 64 of `A-Z a-z 0-9 space . _ -`, no outer space, not `.` or `..`; else null. */
export function parseSku(text: string): Sku | null {
  return SKU_PATTERN.test(text) ? (text as Sku) : null
}

/** 1 to 128 visible ASCII characters; null when the text is none. */
export function parseUserId(text: string): UserId | null {
  return SUBJECT_PATTERN.test(text) ? (text as UserId) : null
}

/** 1 to 128 visible ASCII characters; null when the text is none. */
export function parseSellerId(text: string): SellerId | null {
  return SUBJECT_PATTERN.test(text) ? (text as SellerId) : null
}

export function parseCheckoutId(text: string): CheckoutId | null {
  return text.startsWith('chk_') && MINTED.test(text) ? (text as CheckoutId) : null
}

export function parseOrderId(text: string): OrderId | null {
  return text.startsWith('ord_') && MINTED.test(text) ? (text as OrderId) : null
}

/** `uuid` is 32 hex digits of a UUIDv7 whose last digit is the user shard. */
export function checkoutIdOf(uuid: string): CheckoutId {
  return minted(`chk_${uuid}`) as CheckoutId
}

export function cartIdOf(uuid: string): CartId {
  return minted(`cart_${uuid}`) as CartId
}

/** One order per checkout: its id is the checkout's with another prefix (O1 by construction). */
export function orderIdOf(checkoutId: CheckoutId): OrderId {
  return `ord_${checkoutId.slice(4)}` as OrderId
}

/** The same hold for the same line and revision, however often it is asked for. */
export function holdIdOf(checkoutId: CheckoutId, line: number, revision: number): HoldId {
  return `hold_${checkoutId.slice(4)}_${line}_${revision}` as HoldId
}

/** 0 to 15: the logical user shard an id belongs to. */
export function userShardOfId(id: CheckoutId | OrderId): number {
  return Number.parseInt(id.slice(-1), 16)
}

/** Bytewise order, the order in which stock of many SKUs is taken. */
export function compareBytes(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}

function minted(id: string): string {
  if (!MINTED.test(id)) throw new Bug(`not an id that Holdfast mints: ${id}`)
  return id
}
