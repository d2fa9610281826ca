// Made from the OpenAPI document by `node --import tsx test/contract/write-client-paths.ts`.

export type Part = { name: string; state: 'ready' | 'degraded' | 'down'; detail: string | null }

export type Problem = {
  type: string
  title: string
  status: number
  code: string
  detail: string
  request_id: string
  checkout_id?: string
  errors?: FieldError[]
  lines?: (ShortLine | LimitedLine)[]
  skus?: string[]
  expected?: Money
  actual?: Money
  price_changes?: PriceChange[]
  decline_code?: string | null
  available?: number
  parts?: Part[]
}

export type FieldError = { path: string; message: string }

export type ShortLine = { line: number; sku: string; requested: number; available: number }

export type LimitedLine = {
  line: number
  sku: string
  requested: number
  limit: number
  remaining: number
}

export type Money = { amount: number; currency: string }

export type PriceChange = { sku: string; was: Money; now: Money }

export type GuestSession = { token: string; user_id: string; expires_at: string }

export type Product = {
  sku: string
  name: string
  description: string
  price: Money
  seller_id: string
  image_url: string | null
  attributes: { [name: string]: string }
  status: 'active' | 'archived'
  purchase_limit: number | null
  version: number
  updated_at: string
}

export type Availability = {
  state: 'in_stock' | 'all_held' | 'sold_out'
  available: number
  as_of: string
}

export type Stock = { sku: string; received: number; available: number; held: number; sold: number }

export type Cart = { cart_id: string; lines: CartLine[] }

export type CartLine = {
  sku: string
  name: string | null
  quantity: number
  price_added: Money
  price_now: Money | null
  price_changed: boolean
  availability: 'in_stock' | 'all_held' | 'sold_out' | 'not_for_sale' | 'unknown'
  added_at: string
}

export type CartChange = { cart_id: string; lines_count: number; line: CartLine }

export type MergedCart = {
  cart_id: string
  lines: CartLine[]
  not_taken: { sku: string; quantity: number; reason: 'too_many_lines' | 'quantity_limit' }[]
}

export type Checkout = {
  id: string
  state:
    | 'opening'
    | 'open'
    | 'revising'
    | 'paying'
    | 'reviewing'
    | 'committing'
    | 'confirmed'
    | 'captured'
    | 'releasing'
    | 'cancelled'
    | 'expired'
    | 'fraud_rejected'
    | 'reversing'
    | 'reversed'
  user_id: string
  expires_at: string
  shipping_address: ShippingAddress | null
  lines: Line[]
  totals: Totals
  price_changes: PriceChange[]
  order_id: string | null
  payment: {
    attempt: number
    status:
      | 'pending'
      | 'requires_action'
      | 'unknown'
      | 'failed'
      | 'authorised'
      | 'captured'
      | 'partially_refunded'
      | 'refunded'
      | 'voided'
    method: string
    decline_code: string | null
  } | null
  next:
    | { pay: boolean }
    | { wait: number }
    | { authenticate: { client_secret: string; publishable_key: string | null } }
    | null
}

export type ShippingAddress = {
  name: string
  line1: string
  line2: string | null
  city: string
  region: string | null
  postal_code: string
  country: string
}

export type Line = {
  line: number
  sku: string
  name: string
  seller_id: string
  quantity: number
  unit_price: Money
  total: Money
  hold_id: string
}

export type Totals = { items: Money; shipping: Money; discount: Money; tax: Money; total: Money }

export type CheckoutOnItsWay = {
  id: string
  state:
    | 'opening'
    | 'open'
    | 'revising'
    | 'paying'
    | 'reviewing'
    | 'committing'
    | 'confirmed'
    | 'captured'
    | 'releasing'
    | 'cancelled'
    | 'expired'
    | 'fraud_rejected'
    | 'reversing'
    | 'reversed'
  user_id: string
  expires_at: string
  shipping_address: ShippingAddress | null
  lines: Line[]
  totals: Totals
  price_changes: PriceChange[]
  order_id: string | null
  payment: {
    attempt: number
    status:
      | 'pending'
      | 'requires_action'
      | 'unknown'
      | 'failed'
      | 'authorised'
      | 'captured'
      | 'partially_refunded'
      | 'refunded'
      | 'voided'
    method: string
    decline_code: string | null
  } | null
  next:
    | { pay: boolean }
    | { wait: number }
    | { authenticate: { client_secret: string; publishable_key: string | null } }
    | null
  checkout_id: string
}

export type Order = {
  id: string
  status: 'pending' | 'confirmed' | 'partially_shipped' | 'shipped' | 'delivered' | 'cancelled'
  user_id: string
  checkout_id: string
  lines: Line[]
  totals: Totals
  shipping_address: ShippingAddress | null
  payment: {
    status:
      | 'pending'
      | 'requires_action'
      | 'unknown'
      | 'failed'
      | 'authorised'
      | 'captured'
      | 'partially_refunded'
      | 'refunded'
      | 'voided'
    method: string | null
    authorised: Money
    captured: Money
    refunded: Money
  }
  sub_orders: SubOrder[]
  events: { type: string; at: string; data: { [name: string]: unknown } }[]
  created_at: string
  updated_at: string
}

export type SubOrder = {
  seller_id: string
  status: 'pending' | 'confirmed' | 'partially_shipped' | 'shipped' | 'delivered' | 'cancelled'
  lines: number[]
  total: Money
}

export type LedgerEntry = {
  seq: number
  kind:
    | 'receive'
    | 'reserve'
    | 'resize'
    | 'pin'
    | 'unpin'
    | 'commit'
    | 'release'
    | 'expire'
    | 'return'
    | 'adjust'
  quantity: number
  at: string
  hold_id: string | null
  checkout_id: string | null
  buyer: string | null
  command_id: string | null
  expires_at: string | null
  received: number
  available: number
  held: number
  sold: number
  epoch: number
  prev_hash: string
  hash: string
}

export type OpenHold = {
  hold_id: string
  checkout_id: string | null
  buyer: string | null
  quantity: number
  taken_at: string
  expires_at: string | null
  pinned: boolean
}

export type CheckoutUnderWay = {
  id: string
  user_id: string
  state:
    | 'opening'
    | 'open'
    | 'revising'
    | 'paying'
    | 'reviewing'
    | 'committing'
    | 'confirmed'
    | 'captured'
    | 'releasing'
    | 'cancelled'
    | 'expired'
    | 'fraud_rejected'
    | 'reversing'
    | 'reversed'
  since: string
  why: string
  next_action: string | null
  next_run_at: string
  expires_at: string
  owner: string | null
  order_id: string | null
  payment: {
    attempt: number
    stage: string
    status:
      | 'pending'
      | 'requires_action'
      | 'unknown'
      | 'failed'
      | 'authorised'
      | 'captured'
      | 'partially_refunded'
      | 'refunded'
      | 'voided'
    intent_id: string | null
  } | null
}
