// Asked between authorisation and the pivot. An answer that cannot be understood is `undecided`.

import type { Checkout } from '../domain/checkout.ts'

export type FraudVerdict = 'approved' | 'rejected' | 'undecided'

export interface FraudScreen {
  screen(checkout: Checkout): Promise<FraudVerdict>
}
