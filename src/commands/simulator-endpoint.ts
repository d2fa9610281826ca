// Tells the simulator where to send its webhooks: the port of the service may be another one after
// each start.

import { request } from 'node:http'

const TIMEOUT_MS = 5_000
// "Everywhere" is no address to call; the loopback of its family is part of it.
const LOOPBACK_OF = new Map([
  ['0.0.0.0', '127.0.0.1'],
  ['::', '::1'],
])

/** Where a service that listens on `host` takes webhooks from this machine. */
export function webhookUrl(host: string, port: number): string {
  const reached = LOOPBACK_OF.get(host) ?? host
  const named = reached.includes(':') ? `[${reached}]` : reached
  return `http://${named}:${port}/webhooks/stripe`
}

/** Throws when the simulator does not take it. */
export async function tellSimulator(
  controlUrl: string,
  endpoint: { readonly url: string; readonly secret: string },
): Promise<void> {
  const body = JSON.stringify(endpoint)
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
  const status = await new Promise<number>((resolve, reject) => {
    const call = request(
      new URL('/_sim/webhook_endpoint', controlUrl),
      { method: 'POST', headers, timeout: TIMEOUT_MS },
      (answer) => {
        answer.resume()
        answer.once('end', () => resolve(answer.statusCode ?? 0))
      },
    )
    call.once('timeout', () => call.destroy(new Error('the simulator did not answer')))
    call.once('error', reject)
    call.end(body)
  })
  if (status >= 300) throw new Error(`the simulator refused its webhook endpoint (${status})`)
}
