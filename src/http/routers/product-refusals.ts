// The refusals about products that several routes share, in the words of the one table.

import type { CheckoutRefusal } from '../../../actors/domain/checkout-answer.ts'
import type { Sku } from '../../../actors/domain/ids.ts'
import type { Answer, HttpContext } from '../http-env.ts'
import { refuse } from '../problem.ts'
import { problemOfRefusal } from '../refusal-details.ts'

export function refuseUnknownSku(c: HttpContext, sku: Sku): Answer {
  return refuseAtEdge(c, 'unknown_sku', [sku])
}

export function refuseNotForSale(c: HttpContext, sku: Sku): Answer {
  return refuseAtEdge(c, 'sku_not_for_sale', [sku])
}

export function refuseOtherSeller(c: HttpContext): Answer {
  return refuse(c, 'forbidden', 'This product belongs to another seller. Nothing was changed.')
}

/** Says a refusal of the shop that could be seen without asking it. */
export function refuseAtEdge(
  c: HttpContext,
  refusal: CheckoutRefusal,
  skus?: readonly Sku[],
): Answer {
  const details = skus === undefined ? {} : { skus }
  const problem = problemOfRefusal({ kind: 'refused', refusal, checkoutId: null, details })
  return refuse(c, problem.code, problem.detail, { more: problem.more ?? {} })
}
