// Made from the OpenAPI document by `node --import tsx test/contract/write-client-paths.ts`.

import type {
  Availability,
  Cart,
  CartChange,
  Checkout,
  CheckoutOnItsWay,
  CheckoutUnderWay,
  GuestSession,
  LedgerEntry,
  MergedCart,
  OpenHold,
  Order,
  Part,
  Problem,
  Product,
  Stock,
} from './api-schemas.ts'

export interface Paths {
  '/livez': {
    get: {
      responses: {
        200: { content: { 'application/json': { status: 'alive' } } }
        default: { content: { 'application/problem+json': Problem } }
      }
    }
  }
  '/readyz': {
    get: {
      responses: {
        200: { content: { 'application/json': { status: 'ready' | 'degraded'; parts: Part[] } } }
        default: { content: { 'application/problem+json': Problem } }
      }
    }
  }
  '/v1/guest-sessions': {
    post: {
      responses: {
        201: { content: { 'application/json': GuestSession } }
        default: { content: { 'application/problem+json': Problem } }
      }
    }
  }
  '/v1/products': {
    get: {
      parameters: {
        query?: { seller_id?: string; sku_prefix?: string; limit?: number; cursor?: string }
        header?: { 'If-None-Match'?: string }
      }
      responses: {
        200: { content: { 'application/json': { data: Product[]; next_cursor: string | null } } }
        304: { content?: never }
        default: { content: { 'application/problem+json': Problem } }
      }
    }
  }
  '/v1/products/{sku}': {
    get: {
      parameters: { header?: { 'If-None-Match'?: string }; path: { sku: string } }
      responses: {
        200: { content: { 'application/json': Product } }
        304: { content?: never }
        default: { content: { 'application/problem+json': Problem } }
      }
    }
    put: {
      parameters: { header?: { 'If-Match'?: string }; path: { sku: string } }
      requestBody: {
        content: {
          'application/json': {
            name: string
            description?: string
            price: { amount: number; currency: string }
            seller_id: string
            image_url?: string | null
            attributes?: { [name: string]: string }
            status?: 'active' | 'archived'
            purchase_limit?: number | null
          }
        }
      }
      responses: {
        200: { content: { 'application/json': Product } }
        201: { content: { 'application/json': Product } }
        default: { content: { 'application/problem+json': Problem } }
      }
    }
  }
  '/v1/products/{sku}/availability': {
    get: {
      parameters: { path: { sku: string } }
      responses: {
        200: { content: { 'application/json': Availability } }
        default: { content: { 'application/problem+json': Problem } }
      }
    }
  }
  '/v1/products/{sku}/stock': {
    post: {
      parameters: { header: { 'Idempotency-Key': string }; path: { sku: string } }
      requestBody: { content: { 'application/json': { quantity: number; reason: string } } }
      responses: {
        200: { content: { 'application/json': Stock } }
        default: { content: { 'application/problem+json': Problem } }
      }
    }
  }
  '/v1/cart': {
    get: {
      responses: {
        200: { content: { 'application/json': Cart } }
        default: { content: { 'application/problem+json': Problem } }
      }
    }
    delete: {
      responses: {
        204: { content?: never }
        default: { content: { 'application/problem+json': Problem } }
      }
    }
  }
  '/v1/cart/items/{sku}': {
    put: {
      parameters: { path: { sku: string } }
      requestBody: { content: { 'application/json': { quantity: number } } }
      responses: {
        200: { content: { 'application/json': CartChange } }
        default: { content: { 'application/problem+json': Problem } }
      }
    }
    delete: {
      parameters: { path: { sku: string } }
      responses: {
        204: { content?: never }
        default: { content: { 'application/problem+json': Problem } }
      }
    }
  }
  '/v1/cart/merge': {
    post: {
      requestBody: { content: { 'application/json': { guest_token: string } } }
      responses: {
        200: { content: { 'application/json': MergedCart } }
        default: { content: { 'application/problem+json': Problem } }
      }
    }
  }
  '/v1/checkouts': {
    post: {
      parameters: { header: { 'Idempotency-Key': string } }
      requestBody?: {
        content: {
          'application/json': {
            lines?: { sku: string; quantity: number }[]
            shipping_address?: {
              name: string
              line1: string
              line2?: string | null
              city: string
              region?: string | null
              postal_code: string
              country: string
            }
          }
        }
      }
      responses: {
        201: { content: { 'application/json': Checkout } }
        default: { content: { 'application/problem+json': Problem } }
      }
    }
  }
  '/v1/checkouts/{id}': {
    get: {
      parameters: { path: { id: string } }
      responses: {
        200: { content: { 'application/json': Checkout } }
        default: { content: { 'application/problem+json': Problem } }
      }
    }
    patch: {
      parameters: { header: { 'Idempotency-Key': string }; path: { id: string } }
      requestBody: {
        content: {
          'application/json': {
            lines?: { sku: string; quantity: number }[]
            shipping_address?: {
              name: string
              line1: string
              line2?: string | null
              city: string
              region?: string | null
              postal_code: string
              country: string
            }
          }
        }
      }
      responses: {
        200: { content: { 'application/json': Checkout } }
        default: { content: { 'application/problem+json': Problem } }
      }
    }
  }
  '/v1/checkouts/{id}/pay': {
    post: {
      parameters: { header: { 'Idempotency-Key': string }; path: { id: string } }
      requestBody: {
        content: {
          'application/json': {
            payment_method: string
            expected_total: { amount: number; currency: string }
          }
        }
      }
      responses: {
        200: { content: { 'application/json': CheckoutOnItsWay } }
        201: { content: { 'application/json': Order } }
        202: { content: { 'application/json': CheckoutOnItsWay } }
        default: { content: { 'application/problem+json': Problem } }
      }
    }
  }
  '/v1/checkouts/{id}/cancel': {
    post: {
      parameters: { header: { 'Idempotency-Key': string }; path: { id: string } }
      requestBody?: { content: { 'application/json': { [name: string]: never } } }
      responses: {
        200: { content: { 'application/json': Checkout } }
        202: { content: { 'application/json': CheckoutOnItsWay } }
        default: { content: { 'application/problem+json': Problem } }
      }
    }
  }
  '/v1/orders': {
    post: {
      parameters: { header: { 'Idempotency-Key': string } }
      requestBody: {
        content: {
          'application/json': {
            lines: { sku: string; quantity: number }[]
            payment_method: string
            expected_total: { amount: number; currency: string }
            shipping_address: {
              name: string
              line1: string
              line2?: string | null
              city: string
              region?: string | null
              postal_code: string
              country: string
            }
          }
        }
      }
      responses: {
        200: { content: { 'application/json': CheckoutOnItsWay } }
        201: { content: { 'application/json': Order } }
        202: { content: { 'application/json': CheckoutOnItsWay } }
        default: { content: { 'application/problem+json': Problem } }
      }
    }
    get: {
      parameters: { query?: { limit?: number; cursor?: string } }
      responses: {
        200: { content: { 'application/json': { data: Order[]; next_cursor: string | null } } }
        default: { content: { 'application/problem+json': Problem } }
      }
    }
  }
  '/v1/orders/{id}': {
    get: {
      parameters: { path: { id: string } }
      responses: {
        200: { content: { 'application/json': Order } }
        default: { content: { 'application/problem+json': Problem } }
      }
    }
  }
  '/webhooks/stripe': {
    post: {
      parameters: { header: { 'Stripe-Signature': string } }
      requestBody: { content: { 'application/json': { [name: string]: unknown } } }
      responses: {
        200: { content: { 'application/json': { received: true } } }
        default: { content: { 'application/problem+json': Problem } }
      }
    }
  }
  '/v1/ops/skus/{sku}/stock': {
    get: {
      parameters: { path: { sku: string } }
      responses: {
        200: { content: { 'application/json': Stock } }
        default: { content: { 'application/problem+json': Problem } }
      }
    }
  }
  '/v1/ops/skus/{sku}/ledger': {
    get: {
      parameters: { query?: { limit?: number; cursor?: string }; path: { sku: string } }
      responses: {
        200: {
          content: { 'application/json': { data: LedgerEntry[]; next_cursor: string | null } }
        }
        default: { content: { 'application/problem+json': Problem } }
      }
    }
  }
  '/v1/ops/skus/{sku}/holds': {
    get: {
      parameters: { query?: { limit?: number; cursor?: string }; path: { sku: string } }
      responses: {
        200: { content: { 'application/json': { data: OpenHold[]; next_cursor: string | null } } }
        default: { content: { 'application/problem+json': Problem } }
      }
    }
  }
  '/v1/ops/checkouts/under-way': {
    get: {
      parameters: {
        query?: {
          state?:
            | 'opening'
            | 'open'
            | 'revising'
            | 'paying'
            | 'reviewing'
            | 'committing'
            | 'confirmed'
            | 'releasing'
            | 'reversing'
          limit?: number
          cursor?: string
        }
      }
      responses: {
        200: {
          content: { 'application/json': { data: CheckoutUnderWay[]; next_cursor: string | null } }
        }
        default: { content: { 'application/problem+json': Problem } }
      }
    }
  }
  '/v1/ops/checkouts': {
    get: {
      responses: {
        200: {
          content: {
            'application/json': {
              by_state: {
                opening?: number
                open?: number
                revising?: number
                paying?: number
                reviewing?: number
                committing?: number
                confirmed?: number
                captured?: number
                releasing?: number
                cancelled?: number
                expired?: number
                fraud_rejected?: number
                reversing?: number
                reversed?: number
              }
            }
          }
        }
        default: { content: { 'application/problem+json': Problem } }
      }
    }
  }
  '/v1/ops/audit': {
    get: {
      responses: {
        200: { content: { 'application/json': { [name: string]: unknown } } }
        default: { content: { 'application/problem+json': Problem } }
      }
    }
  }
  '/metrics': {
    get: {
      responses: {
        200: { content: { 'text/plain': string } }
        default: { content: { 'application/problem+json': Problem } }
      }
    }
  }
  '/openapi.json': {
    get: {
      parameters: { header?: { 'If-None-Match'?: string } }
      responses: {
        200: { content: { 'application/json': { [name: string]: unknown } } }
        304: { content?: never }
        default: { content: { 'application/problem+json': Problem } }
      }
    }
  }
  '/docs': {
    get: {
      responses: {
        200: { content: { 'text/html': string } }
        default: { content: { 'application/problem+json': Problem } }
      }
    }
  }
  '/docs/errors': {
    get: {
      responses: {
        200: { content: { 'text/html': string } }
        default: { content: { 'application/problem+json': Problem } }
      }
    }
  }
}
