// What a person sees when the service is up: where it is, what it stands on, and five lines that
// buy something.

import type { Config } from '../config.ts'

/** The lines of a purchase by a guest; pasted into a shell they end in a captured payment. */
export function welcome(config: Config, port: number): string[] {
  const host = config.host.includes(':') ? `[${config.host}]` : config.host
  const at = `http://${host}:${port}`
  const json = "-H 'Content-Type: application/json'"
  const auth = '-H "Authorization: Bearer $TOKEN"'
  const address =
    '{"name":"Ada","line1":"1 Rose Lane","city":"Bath","postal_code":"BA1 1AA","country":"GB"}'
  const pay = '{"payment_method":"pm_card_visa","expected_total":{"amount":7000,"currency":"USD"}}'
  const storage = config.databaseUrl === null ? 'embedded PostgreSQL' : 'the given PostgreSQL'
  const lines = [
    '',
    `Holdfast sells at ${at}`,
    `  storage   ${storage}`,
    `  payments  ${config.stripe.secretKey === null ? 'the simulator: no money moves' : 'Stripe'}`,
    `  data      ${config.dataDir}`,
  ]
  if (config.stripe.secretKey !== null) return lines
  return [
    ...lines,
    '',
    'Buy two dozen roses from another terminal (the last line shows the payment captured):',
    '',
    `TOKEN=$(curl -s -X POST ${at}/v1/guest-sessions | sed -n 's/.*"token":"\\([^"]*\\)".*/\\1/p')`,
    `curl -s -w '\\n' -X PUT ${at}/v1/cart/items/ROSE-12 ${auth} ${json} -d '{"quantity":2}'`,
    `CHECKOUT=$(curl -s -X POST ${at}/v1/checkouts ${auth} ${json} -H 'Idempotency-Key: hold-1' ` +
      `-d '{"shipping_address":${address}}' | sed -n 's/.*"id":"\\(chk_[^"]*\\)".*/\\1/p')`,
    `curl -s -w '\\n' -X POST ${at}/v1/checkouts/$CHECKOUT/pay ${auth} ${json} ` +
      `-H 'Idempotency-Key: pay-1' -d '${pay}'`,
    `curl -s -w '\\n' ${at}/v1/orders ${auth}`,
    '',
    'Then check every promise: npm run -s holdfast -- audit',
    '',
  ]
}
