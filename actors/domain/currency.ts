// Which currencies there are, and how many decimals their amounts have. Amounts are kept in minor
// units, so a price that a person wrote with a decimal point is read here, digit by digit: a float
// never touches money.

import { AMOUNT_MAX } from './money.ts'

const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'))

// ISO 4217 where it is not two. Written out, because the tables of a runtime round some currencies
// the way shop windows do.
const DECIMALS: ReadonlyMap<string, number> = new Map([
  ...'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'
    .split(' ')
    .map((currency) => [currency, 0] as const),
  ...'BHD IQD JOD KWD LYD OMR TND'.split(' ').map((currency) => [currency, 3] as const),
  ...'CLF UYW'.split(' ').map((currency) => [currency, 4] as const),
])

/** True for an ISO 4217 code in capitals. */
export function isCurrency(text: string): boolean {
  return CURRENCIES.has(text)
}

/** How many digits stand behind the decimal point. */
export function decimalsOf(currency: string): number {
  return DECIMALS.get(currency) ?? 2
}

/**
 * Minor units of a decimal text: `19.9` in USD is 1990. Null when the text is no plain decimal
 * number, has more decimals than the currency, or is more than a price may be.
 */
export function minorUnitsOf(text: string, currency: string): number | null {
  const decimals = decimalsOf(currency)
  const [, whole = '', fraction = ''] = /^(\d{1,12})(?:\.(\d{1,4}))?$/.exec(text) ?? []
  if (whole === '' || fraction.length > decimals) return null
  const amount = Number(whole + fraction.padEnd(decimals, '0'))
  return amount <= AMOUNT_MAX ? amount : null
}

/** A person's form of an amount: 1990 in USD is `19.90 USD`. */
export function amountInWords(amount: number, currency: string): string {
  const decimals = decimalsOf(currency)
  const digits = String(Math.abs(amount)).padStart(decimals + 1, '0')
  const whole = digits.slice(0, digits.length - decimals)
  const fraction = decimals === 0 ? '' : `.${digits.slice(-decimals)}`
  return `${amount < 0 ? '-' : ''}${whole}${fraction} ${currency}`
}
