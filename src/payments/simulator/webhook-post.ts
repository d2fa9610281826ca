// One attempt to deliver a webhook: signed anew each time, bounded in time.

import { type Agent, request } from 'node:http'
import { webhookSignature } from './webhook-signature.ts'

const TIMEOUT_MS = 10_000

export interface WebhookPost {
  readonly agent: Agent
  readonly url: string
  readonly secret: string
  readonly payload: string
  /** Unix seconds. */
  readonly sentAt: number
}

/** True when the endpoint answered with a 2xx; every failure is false. */
export function postSigned({ agent, url, secret, payload, sentAt }: WebhookPost): Promise<boolean> {
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(payload),
    'stripe-signature': webhookSignature(payload, secret, sentAt),
  }
  return new Promise((resolve) => {
    const sent = request(url, { method: 'POST', agent, headers }, (answer) => {
      answer.resume()
      const status = answer.statusCode ?? 0
      answer.on('end', () => resolve(status >= 200 && status < 300))
    })
    const deadline = setTimeout(() => sent.destroy(), TIMEOUT_MS)
    sent.on('error', () => resolve(false))
    sent.on('close', () => {
      clearTimeout(deadline)
      resolve(false)
    })
    sent.end(payload)
  })
}
